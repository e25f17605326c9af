import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { merkle } from '@watchbill/ledger'
import { build } from 'esbuild'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openTestDatabase, type TestDatabase } from '../testing/database.ts'
import { contradictionsIn, createSealDesk, openTestPlace, readPublished } from '../testing/seal-desk.ts'
import { type SealDeps, seal } from './seal.ts'
import type { SecondPlace } from './sealing.ts'

const rounds = process.env.WATCHBILL_DRILLS === '1' ? 300 : 20
const root = fileURLToPath(new URL('../../../../', import.meta.url))

let database: TestDatabase
let opened: Awaited<ReturnType<typeof openTestPlace>>
const cleanups: (() => unknown)[] = []
beforeEach(async () => {
  database = await openTestDatabase()
  opened = await openTestPlace()
  cleanups.push(() => database.cleanup(), opened.cleanup)
})
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean()
})

class Cut extends Error {}

/** Everything sealing does outside itself, cut off at the n-th step: before it took effect, or right behind it. */
const cutAt = (deps: SealDeps, place: SecondPlace, at: number, side: 'before' | 'after'): SealDeps => {
  let steps = 0
  const cut =
    <Args extends unknown[], Result>(work: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      steps += 1
      if (steps === at && side === 'before') throw new Cut('cut')
      const result = await work(...args)
      if (steps === at && side === 'after') throw new Cut('cut')
      return result
    }
  const cutPlace = { ...place, read: cut(place.read), advance: cut(place.advance) }
  const sealing = deps.sealing ? { ...deps.sealing, place: cutPlace } : null
  return { ...deps, record: cut(deps.record), ingest: cut(deps.ingest), sealing }
}

it('cut off between any two steps, leaves nothing that contradicts, and goes on', async () => {
  const { place } = opened
  const desk = await createSealDesk(database, place)
  let cuts = 0
  // The very first seal has the most steps: a log to begin, a key to announce.
  for (const workspace of ['default', 'other']) {
    for (let at = 1; at <= 6; at += 1) {
      for (const side of ['before', 'after'] as const) {
        await desk.add(1, workspace)
        const outcome = await seal(cutAt(desk.deps, place, at, side), workspace)
        if (outcome.kind !== 'sealed') cuts += 1
        expect(['sealed', 'away']).toContain(outcome.kind)
        const published = await readPublished(database, workspace)
        const anchor = await place.read(workspace)
        // What may have been signed is remembered elsewhere first.
        expect(published.at(-1)?.size ?? 0).toBeLessThanOrEqual(anchor?.size ?? 0)
        expect(await contradictionsIn(database, workspace)).toEqual([])
      }
    }
    await desk.add(1, workspace)
    expect((await desk.seal(workspace)).kind).toBe('sealed')
    expect(await contradictionsIn(database, workspace)).toEqual([])
  }
  expect(cuts).toBeGreaterThan(10)
})

const bundle = async (): Promise<string> => {
  const cache = join(root, 'node_modules/.cache/watchbill')
  mkdirSync(cache, { recursive: true })
  const folder = mkdtempSync(join(cache, 'sealer-'))
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }))
  await build({
    entryPoints: [fileURLToPath(new URL('../testing/sealer-process.ts', import.meta.url))],
    outdir: folder,
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    format: 'esm',
    logLevel: 'error',
    external: ['libsql', '@libsql/client'],
  })
  return join(folder, 'sealer-process.js')
}

/** Runs until it is killed, `afterMs` behind its first checkpoint. Gives the sizes it said to have sealed. */
const runUntilKilled = (program: string, anchor: string, afterMs: number): Promise<number[]> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, database.url, `file:${anchor}`], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const sealed: number[] = []
    createInterface({ input: child.stdout }).on('line', (line) => {
      const [, size] = /^sealed (\d+)$/.exec(line) ?? []
      if (size === undefined) reject(new Error(line))
      sealed.push(Number(size))
      if (sealed.length === 1) setTimeout(() => child.kill('SIGKILL'), afterMs)
    })
    child.on('error', reject)
    child.on('close', (_, signal) => (signal === 'SIGKILL' ? resolve(sealed) : reject(new Error('it ended'))))
  })

it(`keeps every checkpoint it published, killed ${rounds} times`, async () => {
  const program = await bundle()
  for (let round = 0; round < rounds; round += 1) {
    const sealed = await runUntilKilled(program, opened.path, Math.random() * 40)
    const published = await readPublished(database)
    expect(published.map(({ size }) => size)).toEqual(expect.arrayContaining(sealed))
    const anchor = await opened.place.read('default')
    const newest = published.at(-1)
    expect(newest?.size ?? 0).toBeLessThanOrEqual(anchor?.size ?? 0)
    if (newest && anchor && newest.size === anchor.size) {
      expect(merkle.sameHash(newest.root, anchor.root)).toBe(true)
    }
  }
  const desk = await createSealDesk(database, opened.place)
  expect((await desk.seal()).kind).toBe('sealed')
  expect(await contradictionsIn(database)).toEqual([])
}, 600_000)
