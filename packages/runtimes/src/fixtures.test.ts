import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { formats } from './index.ts'
import type { SessionFacts, SessionFormat, Unread } from './runtime.ts'

interface Case {
  readonly files: ReadonlyMap<string, readonly string[]>
  readonly expected: { readonly unread: Unread; readonly sessions: readonly Record<string, unknown>[] }
}

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.jsonl'))
    .map((entry) => join(entry.parentPath, entry.name))

const readCase = (folder: string): Case => ({
  files: new Map(
    filesBelow(folder).map((path) => [
      relative(folder, path),
      readFileSync(path, 'utf8').trimEnd().split('\n'),
    ]),
  ),
  expected: JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')),
})

const read = (
  format: SessionFormat,
  path: string,
  lines: readonly string[],
  state = format.initial(path),
) => {
  for (const line of lines) format.apply(state, line)
  return state
}

const readAll = (format: SessionFormat, files: ReadonlyMap<string, readonly string[]>) =>
  new Map([...files].map(([path, lines]) => [path, read(format, path, lines)]))

const unreadOf = (format: SessionFormat, states: ReadonlyMap<string, unknown>): Unread => {
  const sum: Unread = {}
  for (const state of states.values())
    for (const [kind, count] of Object.entries(format.unread(state))) sum[kind] = (sum[kind] ?? 0) + count
  return sum
}

/** Numbers of a session that may only grow as more rows are read. */
const growing = ({ tokens, turns, toolCalls, toolFailures, denials, errors }: SessionFacts) => [
  ...Object.values(tokens).map((value) => value ?? 0),
  turns,
  toolCalls,
  toolFailures,
  denials,
  errors,
]

for (const format of formats) {
  const folder = join(import.meta.dirname, format.runtime, 'testdata')
  describe.each(readdirSync(folder))(`${format.runtime} %s`, (name) => {
    const { files, expected } = readCase(join(folder, name))
    const states = readAll(format, files)

    it('has only files the format asks for', () => {
      expect([...files.keys()].filter((path) => !format.matches(path))).toEqual([])
    })

    it('gives the expected sessions and says what it could not read', () => {
      const sessions = format.sessions(states)
      expect(sessions.map((session) => session.nativeId)).toEqual(
        expected.sessions.map((one) => one.nativeId),
      )
      expected.sessions.forEach((one, index) => {
        expect(sessions[index]).toMatchObject(one)
      })
      expect(unreadOf(format, states)).toEqual(expected.unread)
    })

    it('gives the same sessions whatever the order of files', () => {
      const backwards = new Map([...states].reverse())
      expect(format.sessions(backwards)).toEqual(format.sessions(states))
    })

    it('only grows, line by line', () => {
      for (const [path, lines] of files) {
        const state = format.initial(path)
        const before = new Map<string, number[]>()
        for (const line of lines) {
          format.apply(state, line)
          for (const session of format.sessions(new Map([[path, state]]))) {
            const now = growing(session)
            before.get(session.nativeId)?.forEach((value, index) => {
              expect(now[index]).toBeGreaterThanOrEqual(value)
            })
            before.set(session.nativeId, now)
          }
        }
      }
    })

    it('goes on from a stored state at any line as if it had never stopped', () => {
      for (const [path, lines] of files)
        for (let cut = 0; cut <= lines.length; cut += 1) {
          const stored: unknown = JSON.parse(JSON.stringify(read(format, path, lines.slice(0, cut))))
          expect(read(format, path, lines.slice(cut), stored)).toEqual(states.get(path))
        }
    })

    it('reading a file again from its beginning adds nothing when the state is new', () => {
      const again = readAll(format, files)
      expect(format.sessions(again)).toEqual(format.sessions(states))
    })

    it('keeps no text of prompts, commands or results', () => {
      const kept = JSON.stringify([...states.values()])
      for (const text of [
        'planted_secret',
        'Ship the basket',
        'origin main',
        'Look around',
        'List files',
        'secret.txt',
      ])
        expect(kept).not.toContain(text)
    })
  })
}
