import { expect, it } from 'vitest'
import { codex } from './sessions.ts'

const id = '01a00000-0000-7000-8000-00000000000a'
const path = `2026/03/04/rollout-2026-03-04T10-00-00-${id}.jsonl`
const event = (payload: object) =>
  JSON.stringify({ timestamp: '2026-03-04T10:00:00Z', type: 'event_msg', payload })
const item = (payload: object) =>
  JSON.stringify({ timestamp: '2026-03-04T10:00:00Z', type: 'response_item', payload })

/** What the session is doing after each line. */
const phases = (...lines: string[]): (string | undefined)[] => {
  const state = codex.initial(path)
  return lines.map((line) => {
    codex.apply(state, line)
    return codex.sessions(new Map([[path, state]]))[0]?.phase
  })
}

const prompt = event({ type: 'user_message', message: 'Go.' })
const commentary = event({ type: 'agent_message', message: 'I look first.', phase: 'commentary' })
const call = item({ type: 'function_call', name: 'exec_command', call_id: 'c', arguments: '{"cmd":"ls"}' })

it('a final answer ends the turn, commentary before it does not', () => {
  const final = event({ type: 'agent_message', message: 'Done.', phase: 'final_answer' })
  expect(phases(prompt, commentary, call, final)).toEqual(['working', 'working', 'working', 'idle'])
})

it('a final answer among the response items ends it too', () => {
  const final = item({ type: 'message', role: 'assistant', phase: 'final_answer', content: [] })
  const thought = item({ type: 'message', role: 'assistant', phase: 'commentary', content: [] })
  expect(phases(prompt, thought, final)).toEqual(['working', 'working', 'idle'])
})

it('without phases (older files) any answer is taken for the last until more follows', () => {
  const answer = event({ type: 'agent_message', message: 'Done.' })
  expect(phases(prompt, answer, call, answer)).toEqual(['working', 'idle', 'working', 'idle'])
})

it('where turns are marked only their end ends them', () => {
  const started = event({ type: 'task_started', turn_id: 't' })
  const final = event({ type: 'agent_message', message: 'Done.', phase: 'final_answer' })
  const complete = event({ type: 'task_complete', turn_id: 't' })
  expect(phases(started, prompt, final, complete)).toEqual(['working', 'working', 'working', 'idle'])
})
