import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { EnvError } from '../env.ts'
import { startHranaPeer } from '../testing/hrana-peer.ts'
import { openSealing } from './node-sealing.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'watchbill-sealing-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const env = (more: Partial<Parameters<typeof openSealing>[0]> = {}) => ({
  data: join(root, 'data'),
  stateHome: join(root, 'state'),
  anchor: null,
  anchorToken: null,
  masterKey: null,
  ...more,
})

const complaintOf = async (more: Parameters<typeof env>[0] = {}): Promise<string> => {
  const error = await openSealing(env(more)).catch((error: unknown) => error)
  if (error instanceof EnvError) return error.message
  throw new Error(`no EnvError but ${String(error)}`)
}

const anchor = { origin: 'a', epoch: 0, size: 1, root: new Uint8Array(32) }

it('makes a key and a second place where there are none, for this user alone, and finds them again', async () => {
  const first = await openSealing(env())
  const key = readFileSync(join(root, 'data/master.key'), 'utf8')
  expect(statSync(join(root, 'data/master.key')).mode & 0o777).toBe(0o600)
  expect(first.place.where.startsWith(join(root, 'state/watchbill'))).toBe(true)
  expect(await first.place.advance('default', null, anchor)).toBe(true)
  await first.place.close()
  const second = await openSealing(env())
  expect(await second.place.read('default')).toEqual(anchor)
  expect(readFileSync(join(root, 'data/master.key'), 'utf8')).toBe(key)
  await second.place.close()
})

it('keeps the second places of two installations of one user apart', async () => {
  const [one, two] = [await openSealing(env()), await openSealing(env({ data: join(root, 'other') }))]
  expect(one.place.where).not.toBe(two.place.where)
  for (const { place } of [one, two]) await place.close()
})

it('refuses a second place inside the data folder, however it is named', async () => {
  mkdirSync(join(root, 'data/anchor'), { recursive: true })
  symlinkSync(join(root, 'data/anchor'), join(root, 'elsewhere'))
  for (const folder of ['data', 'data/anchor', 'data/../data/new', 'elsewhere']) {
    expect(await complaintOf({ anchor: join(root, folder) })).toMatch(/lies inside WATCHBILL_DATA/)
  }
  const beside = await openSealing(env({ anchor: join(root, 'data-anchor') }))
  await beside.place.close()
})

it('says what to do about a second place that cannot be written or is no database', async () => {
  mkdirSync(join(root, 'anchor'))
  writeFileSync(join(root, 'anchor/anchor.db'), 'something else entirely '.repeat(300))
  expect(await complaintOf({ anchor: join(root, 'anchor') })).toMatch(
    /cannot be used \(SQLITE_NOTADB\).*log continue/,
  )
  writeFileSync(join(root, 'file'), '')
  expect(await complaintOf({ anchor: join(root, 'file') })).toMatch(/cannot be used \(EEXIST\)/)
})

it('refuses a key file that others can read, or that holds something else', async () => {
  mkdirSync(join(root, 'data'))
  const path = join(root, 'data/master.key')
  writeFileSync(path, 'too short\n', { mode: 0o600 })
  expect(await complaintOf()).toMatch(/not 32 bytes/)
  writeFileSync(path, `${'A'.repeat(43)}\n`)
  chmodSync(path, 0o640)
  expect(await complaintOf()).toMatch(/others on this machine can read it/)
  // A key given in the environment needs no file.
  rmSync(path)
  const given = await openSealing(env({ masterKey: new Uint8Array(32) }))
  expect(existsSync(path)).toBe(false)
  await given.place.close()
})

it('takes another libSQL database as second place, and says when that is away', async () => {
  const peer = await startHranaPeer({ path: join(root, 'anchor.db'), token: 'secret' })
  const { place } = await openSealing(env({ anchor: peer.url, anchorToken: 'secret' }))
  expect(await place.advance('default', null, anchor)).toBe(true)
  expect(await place.advance('default', null, anchor)).toBe(false)
  expect(await place.advance('default', anchor, { ...anchor, size: 2 })).toBe(true)
  expect(await place.advance('default', anchor, { ...anchor, size: 3 })).toBe(false)
  expect(await place.read('default')).toEqual({ ...anchor, size: 2 })
  await place.addErased('default', [{ seq: 7, leaf: new Uint8Array(32).fill(1) }])
  await place.addErased('default', [{ seq: 7, leaf: new Uint8Array(32).fill(1) }])
  expect(await place.listErased('default', -1, 10)).toEqual([{ seq: 7, leaf: new Uint8Array(32).fill(1) }])
  expect(await place.listErased('default', 7, 10)).toEqual([])
  peer.faults.down = true
  await expect(place.read('default')).rejects.toThrow(/cannot be reached/)
  await place.close()
  await peer.close()
})
