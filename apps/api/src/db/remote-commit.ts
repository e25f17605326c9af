import type { Client } from '@libsql/client/http'
import type { Backend, Batch, Committed } from './backend.ts'
import { isHeadMoved } from './failure.ts'
import { type Append, appendStatements, planAppend } from './log-append.ts'
import {
  beginStatement,
  headGuard,
  headStatement,
  type LogHead,
  moveStatement,
  readHeadResult,
} from './log-head.ts'
import { pause } from './patience.ts'
import { createTurns } from './turns.ts'

/**
 * One batch each: planned at the head as it was last seen, which a guard in the batch compares with where it is. When it
 * moved, nothing was written: the head is read again, the append planned anew behind it and sent after a moment of chance.
 */
export const createRemoteCommit = (client: Client, { turns }: { turns: boolean }): Backend['commit'] => {
  const seen = new Map<string, LogHead>()
  const inTurn = turns ? createTurns() : null
  /** How long the last batch took. */
  let answerMs = 10
  let streak = 0

  /** Who just wrote knows the head and writes again at once; others have to read it first, and would wait for ever. */
  const yieldToOthers = async (): Promise<void> => {
    streak = (streak + 1) % longestStreak
    if (streak === 0) await pause(Math.min(4 * answerMs, 500))
  }

  const tryAppend = async (statements: Batch['statements'], append: Append): Promise<Committed> => {
    const { workspace } = append
    const before = seen.get(workspace) ?? (await readHead(client, append))
    // Whatever goes wrong, the next one asks the database.
    seen.delete(workspace)
    const plan = planAppend(before, append)
    const log = [
      beginStatement(workspace, before.own.producer),
      moveStatement(before, plan.after),
      headGuard,
      ...appendStatements(plan),
    ]
    const sentAt = performance.now()
    const results = await client.batch([...statements, ...log], 'write')
    answerMs = performance.now() - sentAt
    seen.set(workspace, plan.after)
    return { counts: countsOf(results, statements.length), recorded: plan.recorded }
  }

  const commitAppend = async (statements: Batch['statements'], append: Append): Promise<Committed> => {
    const giveUpAt = performance.now() + patienceMs
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await tryAppend(statements, append)
      } catch (error) {
        if (!isHeadMoved(error) || performance.now() > giveUpAt) throw error
        await pause(Math.random() * Math.min(answerMs * Math.min(attempt, 4), 400))
      }
    }
  }

  return async ({ statements, append }) => {
    if (append === null) {
      const results = await client.batch([...statements], 'write')
      return { counts: countsOf(results, statements.length), recorded: null }
    }
    if (!inTurn) return commitAppend(statements, append)
    return inTurn(append.workspace, async () => {
      await yieldToOthers()
      return commitAppend(statements, append)
    })
  }
}

const longestStreak = 16

/** How long an append runs after a head that others keep moving, ms. */
const patienceMs = 20_000

const countsOf = (results: readonly { rowsAffected: number }[], count: number): number[] =>
  results.slice(0, count).map(({ rowsAffected }) => rowsAffected)

/** Where the log stands; its very beginning, with a producer of our own, when it has not begun. */
const readHead = async (client: Client, { workspace, newProducer }: Append): Promise<LogHead> =>
  readHeadResult(await client.execute(headStatement(workspace))) ?? {
    workspace,
    origin: null,
    epoch: 0,
    frontier: { size: 0, roots: [] },
    own: { producer: newProducer, pseq: 0, prev: new Uint8Array(32) },
  }
