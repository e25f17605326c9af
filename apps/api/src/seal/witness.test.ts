import { notes } from '@watchbill/ledger'
import { afterEach, expect, it } from 'vitest'
import { readLog } from '../log/store.ts'
import { createOutbound } from '../outbound/node-outbound.ts'
import { openTestDatabase } from '../testing/database.ts'
import { createSealDesk, openTestPlace } from '../testing/seal-desk.ts'
import { startWitnessPeer } from '../testing/witness-peer.ts'
import { askWitnesses } from './witness.ts'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean()
})

/** A sealed log of 3 whose witness knows its key. */
const start = async () => {
  const database = await openTestDatabase()
  const opened = await openTestPlace()
  const desk = await createSealDesk(database, opened.place)
  const vkeys = async () => (await database.raw('SELECT vkey FROM log_keys')).map(({ vkey }) => String(vkey))
  const peer = await startWitnessPeer(vkeys)
  cleanups.push(
    () => database.cleanup(),
    opened.cleanup,
    () => peer.close(),
  )
  await database.raw(
    'INSERT INTO witnesses (workspace_id, name, vkey, url, added_at) VALUES (?, ?, ?, ?, 0)',
    ['default', 'w1', peer.vkey, peer.url],
  )
  await desk.add(2)
  await desk.seal()
  const ask = () => askWitnesses({ ...desk.deps, outbound: createOutbound() }, 'default')
  const state = async () => {
    const [row] = await database.raw('SELECT latest_size, failure FROM witnesses')
    return [Number(row?.latest_size), row?.failure]
  }
  const grow = async () => {
    await desk.add(3)
    await desk.seal()
  }
  /** Long enough for a witness that failed to be asked again. */
  const wait = () => {
    desk.clock.now += 61_000
  }
  return { database, desk, peer, ask, state, grow, wait }
}

it('is asked once for each checkpoint, and its line stands below the note that is served', async () => {
  const { database, peer, ask, state, grow } = await start()
  expect(await ask()).toBe(1)
  expect(await ask()).toBe(0)
  await grow()
  expect(await ask()).toBe(1)
  expect(peer.answered).toEqual([200, 200])
  expect(await state()).toEqual([6, null])
  const log = await readLog(database.dbFor('default'), 'default')
  const key = notes.parseVerifierKey(peer.vkey)
  const verdict = await notes.verifyNote(log?.checkpoint?.note ?? '', key ? [key] : [])
  expect(verdict.verified).toMatchObject([{ name: 'witness.test/w1', timeSeconds: 1_795_176_000 }])
})

it('that is further than the row says, or further back, says where it is (409)', async () => {
  const { database, peer, ask, state, grow } = await start()
  await ask()
  await database.raw('UPDATE witnesses SET latest_size = 0')
  await grow()
  expect(await ask()).toBe(1)
  // It lost its state.
  peer.seen.clear()
  await grow()
  expect(await ask()).toBe(1)
  expect(peer.answered).toEqual([200, 409, 200, 409, 200])
  expect(await state()).toEqual([9, null])
})

it('that knows more of the log than there is says so aloud', async () => {
  const { peer, ask, state, desk } = await start()
  await ask()
  const [[origin, latest] = ['', { size: 0, root: new Uint8Array() }]] = [...peer.seen]
  peer.seen.set(origin, { ...latest, size: 50 })
  await desk.add(1)
  await desk.seal()
  expect(await ask()).toBe(0)
  expect(await state()).toEqual([
    3,
    expect.stringContaining('it has seen 50 entries of this log, more than there are'),
  ])
})

it('that has seen another history is heard (422)', async () => {
  const { peer, ask, state, grow } = await start()
  await ask()
  const [[origin] = ['']] = [...peer.seen]
  peer.seen.set(origin, { size: 3, root: new Uint8Array(32) })
  await grow()
  expect(await ask()).toBe(0)
  expect(await state()).toEqual([3, expect.stringContaining('another history')])
})

it('that is in trouble is left alone for a minute, and keeps nothing from being sealed', async () => {
  const { peer, ask, state, wait, desk, grow } = await start()
  for (const [instead, failure] of [
    [{ status: 500 }, /answered 500/],
    [{ status: 503 }, /not ready/],
    [{ status: 404 }, /does not know this log/],
    [{ status: 302, headers: { location: 'http://169.254.169.254/' } }, /redirect/],
    [{ status: 200, body: 'x'.repeat(100_000) }, /over 65536 bytes/],
    [{ status: 200, body: 'nonsense\n' }, /no signature of its key/],
    [{ status: 200, body: '— witness.test/w1 AAAAAAAAAAAAAAAA\n' }, /no signature of its key/],
    [{ status: 409, body: '3\n' }, /did not say which size/],
  ] as const) {
    peer.instead = instead
    wait()
    expect(await ask()).toBe(0)
    expect(await state()).toEqual([0, expect.stringMatching(failure)])
    const asked = peer.answered.length
    expect(await ask()).toBe(0)
    expect(peer.answered).toHaveLength(asked)
  }
  await grow()
  expect(await desk.seal()).toEqual({ kind: 'sealed', size: 6 })
  peer.instead = null
  wait()
  expect(await ask()).toBe(1)
  expect(await state()).toEqual([6, null])
})

it('that is gone is refused a connection, in a few words', async () => {
  const { database, ask, state } = await start()
  await database.raw("UPDATE witnesses SET url = 'http://127.0.0.1:1/'")
  expect(await ask()).toBe(0)
  expect(await state()).toEqual([0, 'connection refused'])
})
