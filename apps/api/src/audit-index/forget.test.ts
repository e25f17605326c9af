import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseQuery } from '@watchbill/contract/audit-query'
import { afterEach, describe, expect, it } from 'vitest'
import { scanMatches } from '../audit-search/search.ts'
import { createScour } from '../erasures/scour.ts'
import { erase } from '../erasures/service.ts'
import { openTestDatabase, type TestDatabase } from '../testing/database.ts'
import { openEntryDesk } from '../testing/entry-desk.ts'
import { createProducer } from '../testing/entry-samples.ts'
import { catchUp, indexStep } from './follower.ts'
import { readIndexHead } from './store.ts'

const workspace = 'default'
const actor = { kind: 'installation', id: 'test' } as const
const drills = process.env.WATCHBILL_DRILLS === '1'

const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const clean of cleanups.splice(0)) await clean()
})

/** Words that no other entry says, in free text, in the name of a tool, and in the id of a session. */
const wordsOf = (n: number) => [`canaryzq${n}xyz`, `toolzq${n}xyz`, `5e5510${String(n).padStart(6, '0')}`]
const ideaOf = (n: number) => {
  const [request = '', tool = '', session = ''] = wordsOf(n)
  return {
    payload: {
      session: `ses_01a1f848-b543-7e91-9e5e-${session}`,
      imported: false,
      tool,
      request: `git commit -m ${request} --and ${'more '.repeat(n % 40)}`,
    },
  }
}

const start = async () => {
  const desk = await openEntryDesk(openTestDatabase)
  cleanups.push(() => desk.database.cleanup())
  const producer = createProducer('forget')
  let sent = 0
  const add = async (count: number) => {
    for (let left = count; left > 0; left -= 500) {
      const batch = Array.from({ length: Math.min(500, left) }, (_, index) =>
        producer.next(ideaOf(sent + index)),
      )
      await desk.post(batch)
      sent += batch.length
    }
  }
  const { database } = desk
  const deps = {
    ...desk.deps,
    ingest: database.ingest,
    now: () => Date.UTC(2026, 10, 20),
    scour: createScour(database.url),
  }
  /** Place of the entry that says these words; the first entries are the control plane's own. */
  const placeOf = async (n: number) => {
    const [row] = await database.raw('SELECT seq FROM payloads WHERE payload LIKE ?', [`%"toolzq${n}xyz"%`])
    return Number(row?.seq)
  }
  return { database, deps, add, placeOf }
}

const find = async (deps: Parameters<typeof scanMatches>[0], q: string) => {
  const found: number[] = []
  for await (const seqs of scanMatches(deps, workspace, parseQuery(q, 0))) found.push(...seqs)
  return found
}

const findInFiles = (database: TestDatabase, words: readonly string[]): string[] => {
  const folder = dirname(database.path)
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name))
  const bytes = files.filter((path) => statSync(path).isFile()).map((path) => readFileSync(path))
  return words.filter((word) => bytes.some((content) => content.includes(word)))
}

describe('an erased entry', () => {
  it('leaves no word of it in the index or in any file, however its runs were built', async () => {
    const { database, deps, add, placeOf } = await start()
    const gone: number[] = []
    const rounds = drills ? 30 : 6
    for (let round = 0; round < rounds; round += 1) {
      // Odd numbers, so that runs are written anew at every length.
      for (const count of [1, 37, 300, 5, 461]) {
        await add(count)
        await catchUp(deps, workspace, 60_000)
      }
      const before = round * 804
      const numbers = Array.from({ length: 12 }, (_, index) => before + ((index * 67) % 804))
      const seqs = await Promise.all(numbers.map(placeOf))
      await erase(deps, { workspace, actor, seqs, reason: 'asked for' })
      gone.push(...numbers)
    }
    await catchUp(deps, workspace, 60_000)
    await deps.scour?.()
    expect(findInFiles(database, gone.flatMap(wordsOf))).toEqual([])
    const kept = gone.map((n) => n + 1).filter((n) => !gone.includes(n))
    expect(findInFiles(database, kept.flatMap(wordsOf))).toHaveLength(kept.length * 3)
    for (const n of gone.slice(0, 10)) {
      expect(await find(deps, `canaryzq${n}xyz`)).toEqual([])
      expect(await find(deps, `tool:toolzq${n}xyz`)).toEqual([])
    }
    expect(await find(deps, 'payload:erased')).toHaveLength(gone.length)
    expect(await find(deps, `canaryzq${kept[0]}xyz tool:toolzq${kept[0]}xyz`)).toHaveLength(1)
    expect(await database.raw('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
  })

  it('is not put in by a follower that had read it before', async () => {
    const { database, deps, add, placeOf } = await start()
    await add(20)
    await catchUp(deps, workspace, 60_000)
    await add(5)
    const head = await readIndexHead(database.dbFor(workspace), workspace)
    if (head === null) throw new Error('there is no index')
    const seq = await placeOf(22)
    // The step reads what is there now; the erasure comes in between.
    const ingest: typeof deps.ingest = async (...writes) => {
      await erase(deps, { workspace, actor, seqs: [seq], reason: 'asked for' })
      return database.ingest(...writes)
    }
    expect(await indexStep({ ...deps, ingest }, workspace, head)).toBe(false)
    await catchUp(deps, workspace, 60_000)
    await deps.scour?.()
    expect(findInFiles(database, wordsOf(22))).toEqual([])
    expect(await find(deps, 'payload:erased')).toEqual([seq])
  })

  it('is forgotten too when its row was changed by hand: then the index begins anew', async () => {
    const { database, deps, add, placeOf } = await start()
    await add(30)
    await catchUp(deps, workspace, 60_000)
    const seq = await placeOf(7)
    await database.raw('DROP TRIGGER payloads_no_update')
    await database.raw(`UPDATE payloads SET payload = replace(payload, 'git', 'gut') WHERE seq = ?`, [seq])
    await erase(deps, { workspace, actor, seqs: [seq], reason: 'asked for' })
    await catchUp(deps, workspace, 60_000)
    await deps.scour?.()
    expect(findInFiles(database, wordsOf(7))).toEqual([])
    expect(await find(deps, 'git')).toHaveLength(29)
    expect(await find(deps, 'tool:toolzq8xyz')).toHaveLength(1)
  })
})
