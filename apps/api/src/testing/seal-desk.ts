import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { merkle, notes } from '@watchbill/ledger'
import { openBackend } from '../db/open.ts'
import { proveConsistency } from '../log/proofs.ts'
import { type SealDeps, seal } from '../seal/seal.ts'
import type { Sealing, SecondPlace } from '../seal/sealing.ts'
import { createSecondPlace } from '../seal/second-place.ts'
import { importMasterKey } from '../seal/seed.ts'
import { testUrl } from './app.ts'
import type { TestDatabase } from './database.ts'

/** A second place of its own in a folder that `cleanup` removes. */
export const openTestPlace = async (): Promise<{
  path: string
  cleanup: () => Promise<void>
  place: SecondPlace
}> => {
  const folder = mkdtempSync(join(tmpdir(), 'watchbill-anchor-'))
  const path = join(folder, 'anchor.db')
  const place = await openPlaceAt(path)
  const cleanup = async () => {
    await place.close()
    rmSync(folder, { recursive: true, force: true })
  }
  return { path, place, cleanup }
}

export const openPlaceAt = async (path: string): Promise<SecondPlace> => {
  closeSync(openSync(path, 'a', 0o600))
  return createSecondPlace(path, await openBackend({ url: `file:${path}` }))
}

const testMasterKey = new Uint8Array(32).fill(7)

/** A sealer on a database. */
export const createSealDesk = async (
  database: Pick<TestDatabase, 'dbFor' | 'record' | 'ingest' | 'installation' | 'raw'>,
  place: SecondPlace,
  key: Uint8Array = testMasterKey,
) => {
  const sealing: Sealing = { place, masterKey: await importMasterKey(key), outcomes: new Map() }
  const clock = { now: Date.UTC(2026, 10, 20, 12) }
  const deps: SealDeps = {
    ...database,
    now: () => clock.now,
    randomBytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
    config: { publicUrl: testUrl, runtime: 'node' },
    sealing,
  }
  return {
    deps,
    sealing,
    clock,
    seal: (workspace = 'default') => seal(deps, workspace),
    add: (count: number, workspace = 'default') => addEntries(database, count, workspace),
  }
}

const addEntries = async ({ record }: Pick<TestDatabase, 'record'>, count: number, workspace: string) => {
  const actor = { kind: 'installation', id: 'test' } as const
  for (let left = count; left > 0; left -= 1)
    await record({ type: 'signin.ended', workspace, actor, data: {} })
}

export interface Published {
  readonly epoch: number
  readonly size: number
  readonly root: Uint8Array
  readonly note: string
}

/** Every checkpoint ever signed, oldest first. */
export const readPublished = async (
  { raw }: Pick<TestDatabase, 'raw'>,
  workspace = 'default',
): Promise<Published[]> => {
  const rows = await raw(
    'SELECT epoch, size, root, note FROM checkpoints WHERE workspace_id = ? ORDER BY epoch, size',
    [workspace],
  )
  return rows.map(({ epoch, size, root, note }) => ({
    epoch: Number(epoch),
    size: Number(size),
    root: new Uint8Array(root instanceof ArrayBuffer ? root : Buffer.from(String(root))),
    note: String(note),
  }))
}

/** Says what does not hold of them: each is signed by a key of the log, says what its row says, and extends the one before. */
export const contradictionsIn = async (database: TestDatabase, workspace = 'default'): Promise<string[]> => {
  const published = await readPublished(database, workspace)
  const vkeys = await database.raw('SELECT vkey FROM log_keys WHERE workspace_id = ?', [workspace])
  const keys = vkeys.flatMap(({ vkey }) => notes.parseVerifierKey(String(vkey)) ?? [])
  const wrong: string[] = []
  let last: Published = { epoch: 0, size: 0, root: merkle.rootOf({ roots: [] }), note: '' }
  for (const one of published) {
    const text = notes.parseNote(one.note)?.text ?? ''
    const said = notes.parseCheckpoint(text)
    const { verified } = await notes.verifyNote(one.note, keys)
    if (verified.length === 0) wrong.push(`${one.size}: signed by nobody`)
    if (said?.size !== one.size || !merkle.sameHash(said.root, one.root))
      wrong.push(`${one.size}: says ${text}`)
    if (one.epoch === last.epoch && !(await extends_(database, workspace, last, one))) {
      wrong.push(`${one.size}: does not extend ${last.size}`)
    }
    last = one
  }
  return wrong
}

const extends_ = async (database: TestDatabase, workspace: string, older: Published, newer: Published) => {
  const proof = await proveConsistency(database.dbFor(workspace), workspace, older.size, newer.size)
  return merkle.checkConsistency(older.size, newer.size, proof, older.root, newer.root)
}
