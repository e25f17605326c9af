import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { commitment, merkle } from '@watchbill/ledger'
import { afterEach, describe, expect, it } from 'vitest'
import { createTestApp, type TestApp } from '../testing/app.ts'
import { openAt } from '../testing/database.ts'
import { refusalOf } from '../testing/entry-desk.ts'
import { contradictionsIn, createSealDesk, openTestPlace } from '../testing/seal-desk.ts'
import { reapplyErasures } from './reapply.ts'
import { createScour } from './scour.ts'
import { erase } from './service.ts'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean()
})

const actor = { kind: 'installation', id: 'test' } as const
const canary = (seq: number) => `canary-${seq}-of-this-very-entry`

/** The app on a file, sealed into a second place, with entries whose names are the canaries. */
const start = async () => {
  const { place, cleanup } = await openTestPlace()
  const app = await createTestApp()
  cleanups.push(cleanup, () => app.close())
  const desk = await createSealDesk(app.database, place)
  const scour = createScour(app.database.url)
  Object.assign(app.deps, { sealing: desk.sealing, scour })
  return { app, desk, place, scour, add: (count: number) => addCanaries(app, count) }
}

/** Entries of the control plane with a canary in each. Gives their places. */
const addCanaries = async (app: TestApp, count: number): Promise<number[]> => {
  const seqs: number[] = []
  for (let n = 0; n < count; n += 1) {
    const data = { key: canary(n), scopes: ['x'.repeat(1 + n * 4)], expiresAt: null }
    seqs.push((await app.deps.record({ type: 'key.created', workspace: 'default', actor, data })).firstSeq)
  }
  return seqs
}

/** Whether the words stand in any file of the folder, whatever it is called. */
const findIn = (folder: string, words: readonly string[]): string[] => {
  const found: string[] = []
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const path = join(folder, name)
    if (!statSync(path).isFile()) continue
    const bytes = readFileSync(path)
    for (const word of words) if (bytes.includes(word)) found.push(`${word} in ${name}`)
  }
  return found
}

const eraseAs = async (app: TestApp, seqs: number[]) => {
  const key = await app.key(['audit:erase'])
  return app.call('postErasures', { body: { seqs, reason: 'asked for by its subject' } }, key)
}

describe('an erasure', () => {
  it('takes what entries say, and leaves every proof as it was', async () => {
    const { app, desk, add } = await start()
    const seqs = await add(20)
    await desk.seal()
    const [first = 0, second = 0] = seqs
    const before = await app.database.raw('SELECT seq, leaf, header FROM entries ORDER BY seq')
    const answer = await eraseAs(app, [second, first, first])
    expect(answer).toMatchObject({ erased: [first, second], without: [] })
    expect(await eraseAs(app, [first])).toEqual({ erased: [], without: [first], seq: null })
    const after = await app.database.raw('SELECT seq, leaf, header FROM entries ORDER BY seq LIMIT ?', [
      before.length,
    ])
    expect(after).toEqual(before)
    const erasures = await app.database.raw('SELECT seq, by_seq FROM erasures ORDER BY seq')
    expect(erasures).toEqual([first, second].map((seq) => ({ seq, by_seq: answer.seq })))
    const [said] = await app.database.raw('SELECT payload FROM payloads WHERE seq = ?', [answer.seq])
    expect(JSON.parse(String(said?.payload))).toMatchObject({ seqs: [first, second], actorKind: 'key' })
    await desk.seal()
    expect(await contradictionsIn(app.database)).toEqual([])
    await expectOpen(app, seqs.slice(2))
  })

  it('refuses places that are not there, evidence of the log itself, and callers without the scope', async () => {
    const { app, desk, add } = await start()
    const [seq = 0] = await add(1)
    await desk.seal()
    expect((await refusalOf(eraseAs(app, [seq, 999]))).code).toBe('not_found')
    const [announced] = await app.database.raw('SELECT added_seq FROM log_keys')
    expect((await refusalOf(eraseAs(app, [Number(announced?.added_seq)]))).code).toBe('conflict')
    const reader = await app.key(['audit:read', 'log:read', 'entry:write'])
    const refused = refusalOf(app.call('postErasures', { body: { seqs: [seq], reason: 'x' } }, reader))
    expect((await refused).code).toBe('forbidden')
    expect(await app.database.raw('SELECT count(*) AS n FROM erasures')).toEqual([{ n: 0 }])
  })

  it('is refused while the second place is away, since a restored copy could undo it', async () => {
    const { app, desk, add, place } = await start()
    const [seq = 0] = await add(1)
    await desk.seal()
    const away = { ...place, addErased: () => Promise.reject(new Error('away')) }
    Object.assign(app.deps, { sealing: { ...desk.sealing, place: away } })
    expect((await refusalOf(eraseAs(app, [seq]))).code).toBe('unavailable')
    await expectOpen(app, [seq])
  })

  it('empties the write-ahead log and drops the copies that migrations left', async () => {
    const { app, add } = await start()
    const folder = dirname(app.database.path)
    mkdirSync(join(folder, 'backups'))
    const seqs = await add(40)
    await app.database.raw('PRAGMA wal_checkpoint(TRUNCATE)')
    copyFileSync(app.database.path, join(folder, 'backups', 'from-before.db'))
    const words = seqs.map((_, index) => canary(index))
    expect(findIn(folder, words).length).toBeGreaterThanOrEqual(80)
    await eraseAs(app, seqs.slice(0, 30))
    expect(findIn(folder, words.slice(0, 30))).toEqual([])
    expect(findIn(folder, words.slice(30)).length).toBeGreaterThanOrEqual(10)
  })

  it('leaves nothing of rows that had moved to other pages, where deleting alone would', async () => {
    const plain = await start()
    const thorough = await start()
    const gone = await layOut(plain.app)
    await layOut(thorough.app)
    for (const workspace of ['other', 'default'])
      await plain.app.database.raw('DELETE FROM payloads WHERE workspace_id = ? AND seq % 2 = 0', [workspace])
    await plain.scour?.()
    // The trap itself: SQLite wiped these rows where they stood last, not where they had stood before.
    expect(findIn(dirname(plain.app.database.path), gone)).not.toEqual([])
    const { deps, database } = thorough.app
    for (const workspace of ['other', 'default']) {
      const rows = await database.raw('SELECT seq FROM payloads WHERE workspace_id = ? AND seq % 2 = 0', [
        workspace,
      ])
      const seqs = rows.map(({ seq }) => Number(seq))
      for (let at = 0; at < seqs.length; at += 20)
        await erase(deps, { workspace, actor, seqs: seqs.slice(at, at + 20), reason: 'test' })
    }
    expect(findIn(dirname(database.path), gone)).toEqual([])
    expect(await database.raw('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
    const [left] = await database.raw("SELECT count(*) AS n FROM payloads WHERE payload LIKE '%canary%'")
    expect(left?.n).toBe(100 - gone.length)
  })
})

/**
 * Rows of one log between those of another, of a length at which pages split just so. Past the doors: only their places in
 * the table matter here. Gives the words in every second row.
 */
const layOut = async ({ database }: TestApp): Promise<string[]> => {
  const next = { other: 0, default: 0 }
  const words: string[] = []
  const put = async (workspace: 'other' | 'default') => {
    const seq = next[workspace]
    next[workspace] += 1
    const word = `canary-600-2-${workspace}-${seq}-end`
    if (seq % 2 === 0) words.push(word)
    const text = `{"k":"${'x'.repeat(300)}${word}${'y'.repeat(300)}"}`
    await database.raw('INSERT INTO payloads VALUES (?, ?, zeroblob(32), ?)', [workspace, seq, text])
    const header = new TextEncoder().encode('{}')
    await database.raw('INSERT INTO entries VALUES (?, ?, 9, ?, 0, zeroblob(32), ?)', [
      workspace,
      seq,
      seq,
      header,
    ])
  }
  for (let round = 0; round < 30; round += 1) {
    for (const workspace of ['other', 'other', 'default'] as const) await put(workspace)
    if (round % 3 === 0) await put('default')
  }
  for (const [workspace, size] of Object.entries(next)) {
    const leaves = Array.from({ length: size }, () => new Uint8Array(32))
    const frontier = leaves.reduce((tree, leaf) => merkle.appendLeaf(tree, leaf), merkle.emptyFrontier)
    await database.raw('INSERT INTO logs (workspace_id, own_producer, size, frontier) VALUES (?, ?, ?, ?)', [
      workspace,
      'prd_01234567-89ab-7def-8123-456789abcdef',
      size,
      merkle.formatFrontier(frontier),
    ])
  }
  return words
}

/** Payloads that open what their headers commit to. */
const expectOpen = async (app: TestApp, seqs: readonly number[]) => {
  for (const seq of seqs) {
    const [row] = await app.database.raw(
      `SELECT CAST(e.header AS TEXT) AS header, e.leaf, p.salt, p.payload FROM entries e JOIN payloads p
        ON p.workspace_id = e.workspace_id AND p.seq = e.seq WHERE e.workspace_id = 'default' AND e.seq = ?`,
      [seq],
    )
    const salt = row?.salt instanceof ArrayBuffer ? new Uint8Array(row.salt) : new Uint8Array()
    const header = JSON.parse(String(row?.header))
    expect(commitment.checkPayload(header, JSON.parse(String(row?.payload)), salt)).toBe(true)
  }
}

it('is done again to a database that was put back, before it is served', async () => {
  const { app, desk, add, place } = await start()
  const seqs = await add(8)
  const [first = 0, second = 0, third = 0] = seqs
  await desk.seal()
  await eraseAs(app, [first])
  await app.database.raw('PRAGMA wal_checkpoint(TRUNCATE)')
  const path = `${app.database.path}.copy`
  copyFileSync(app.database.path, path)
  await eraseAs(app, [second, third])
  const copy = await openAt(`file:${path}`, {}, () => rmSync(path, { force: true }))
  cleanups.push(() => copy.cleanup())
  const restored = await createSealDesk(copy, place)
  const deps = { ...restored.deps, installation: copy.installation, scour: createScour(copy.url) }
  expect(await reapplyErasures(deps)).toBe(2)
  const left = await copy.raw("SELECT seq FROM payloads WHERE workspace_id = 'default' AND seq <= ?", [
    seqs.at(-1) ?? 0,
  ])
  expect(left.map(({ seq }) => seq)).toEqual([...Array(first).keys(), ...seqs.slice(3)])
  expect(await copy.raw('SELECT seq FROM erasures ORDER BY seq')).toEqual(
    [first, second, third].map((seq) => ({ seq })),
  )
  expect(await reapplyErasures(deps)).toBe(0)
})

it('never touches another entry that took the place of one that was lost', async () => {
  const { app, desk, add, place } = await start()
  await add(2)
  await desk.seal()
  const name = 'default'
  await place.addErased(name, [{ seq: 1, leaf: merkle.leafHash(new Uint8Array([1])) }])
  const deps = { ...desk.deps, installation: app.database.installation, scour: null }
  expect(await reapplyErasures(deps)).toBe(0)
  await expectOpen(app, [1])
})
