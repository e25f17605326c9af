import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { base64url, evidence } from '@watchbill/ledger'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { insertMachineKey } from '../identity/machine-keys.ts'
import { describeBackends } from '../testing/backends.ts'
import { type EntryDesk, machineActor, openEntryDesk } from '../testing/entry-desk.ts'
import { createProducer } from '../testing/entry-samples.ts'
import { listProducers } from './service.ts'

const publicOf = (key: KeyObject): string => key.export({ format: 'jwk' }).x ?? ''
const machineKey = generateKeyPairSync('ed25519')
const otherKey = generateKeyPairSync('ed25519')

type Producer = ReturnType<typeof createProducer>

/** The seal a machine would write next; `change` is what a bad one says instead. */
const sealOf = (producer: Producer, change: Record<string, unknown> = {}, key = machineKey) => {
  const { prev: leaf, pseq: next } = JSON.parse(producer.peek().header)
  const place = { ws: 'default', producer: producer.id, pseq: next - 1, leaf }
  const signature = base64url.encode(
    new Uint8Array(sign(null, evidence.formatSealText(place), key.privateKey)),
  )
  const { pseq } = place
  const payload = { pseq, leaf, key: publicOf(key.publicKey), signature, cause: 'time', ...change }
  return producer.next({ type: 'producer.sealed', agent: null, payload })
}

describeBackends('seals of producers', (open) => {
  let desk: EntryDesk
  beforeAll(async () => {
    desk = await openEntryDesk(open)
    await desk.database.record(
      {
        type: 'machine.joined',
        workspace: 'default',
        actor: { kind: 'enrollment', id: 'key_e' },
        data: { machine: 'mch_laptop', key: 'key_laptop', publicKey: publicOf(machineKey.publicKey) },
      },
      insertMachineKey(
        'default',
        'mch_laptop',
        base64url.decode(publicOf(machineKey.publicKey)) ?? new Uint8Array(),
        1,
      ),
    )
  })
  afterAll(() => desk.database.cleanup())

  const sealedOf = async ({ id }: Producer) =>
    (await listProducers(desk.deps, 'default')).find((producer) => producer.id === id)?.sealedPseq
  const refusals = async () => {
    const rows = await desk.database.raw(
      `SELECT p.payload FROM entries e JOIN payloads p USING (workspace_id, seq)
        WHERE CAST(e.header AS TEXT) LIKE '%"type":"producer.seal.refused"%' ORDER BY e.seq`,
    )
    return rows.map((row) => JSON.parse(String(row.payload)))
  }

  it('moves what is signed for, in the batch of the entries; sent again it changes nothing', async () => {
    const producer = createProducer('sealed')
    await desk.post(producer.take(3))
    expect(await sealedOf(producer)).toBeNull()
    const batch = [producer.next(), sealOf(producer), producer.next()]
    await desk.post(batch)
    expect(await sealedOf(producer)).toBe(4)
    expect((await desk.post(batch)).receipts.map(({ status }) => status)).toEqual(
      new Array(3).fill('duplicate'),
    )
    await desk.post([sealOf(producer)])
    expect(await sealedOf(producer)).toBe(6)
    expect(await refusals()).toEqual([])
  })

  const faults: [string, string, (producer: Producer) => ReturnType<Producer['next']>][] = [
    ['an older place', 'place', (producer) => sealOf(producer, { pseq: 0 })],
    [
      'another leaf',
      'place',
      (producer) => sealOf(producer, { leaf: base64url.encode(new Uint8Array(32).fill(7)) }),
    ],
    ['a key nobody enrolled', 'key', (producer) => sealOf(producer, {}, otherKey)],
    [
      'the signature of another key',
      'signature',
      (producer) => sealOf(producer, { key: publicOf(machineKey.publicKey) }, otherKey),
    ],
    [
      'a signature over another place',
      'signature',
      (producer) => sealOf(producer, { signature: base64url.encode(new Uint8Array(64).fill(1)) }),
    ],
    [
      'nothing at all',
      'withheld',
      (producer) => producer.next({ type: 'producer.sealed', agent: null, payload: null }),
    ],
  ]
  it.each(faults)(
    'keeps a seal that shows %s, as evidence, and honours it not',
    async (name, reason, make) => {
      const producer = createProducer(name)
      await desk.post(producer.take(2))
      const before = (await refusals()).length
      const { receipts } = await desk.post([make(producer), producer.next()])
      expect(receipts.map(({ status }) => status)).toEqual(['stored', 'stored'])
      expect(await sealedOf(producer)).toBeNull()
      expect((await refusals()).slice(before)).toMatchObject([
        { owner: 'mch_laptop', count: 1, places: [`${producer.id} 2`], reasons: [reason] },
      ])
      expect(desk.logged).toContainEqual(
        expect.objectContaining({ level: 'warn', producer: producer.id, pseq: 2, reason }),
      )
    },
  )

  it("does not take one machine's key for another machine", async () => {
    const producer = createProducer('elsewhere')
    const desktop = machineActor('desktop')
    await desk.post(producer.take(2), desktop)
    await desk.post([sealOf(producer)], desktop)
    expect(await sealedOf(producer)).toBeNull()
  })
})
