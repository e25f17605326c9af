import { copyFile, mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { base64url, evidence, merkle, notes } from '@watchbill/ledger'
import { expect, it } from 'vitest'
import { isSeal, type NumberedEntry } from '../ledger/chain.ts'
import { createMachineKey, readMachineKey, type Sealer } from '../ledger/machine-key.ts'
import { testDraft } from '../testing/drafts.ts'
import { arrive, openEntryLog as open, requireChain, take, zero } from '../testing/entry-log.ts'
import { testFolder } from '../testing/folder.ts'
import { sinkMachineId } from '../testing/sink.ts'

const testSealer = async (): Promise<Sealer> => {
  const path = join(await testFolder(), 'machine-key.json')
  await createMachineKey().write(path, sinkMachineId)
  const { sealer } = await readMachineKey(path, sinkMachineId)
  if (sealer === null) throw new Error('the key just written is none')
  return sealer
}

const sealsOf = (entries: readonly NumberedEntry[]) =>
  entries.filter(isSeal).map(({ pseq, payload }) => [pseq, payload.pseq, payload.cause])

it('seals every thousand entries, at the end of a session, when it is asked to; never twice for the same', async () => {
  const folder = await testFolder()
  const sealer = await testSealer()
  const log = await open(folder, { sealer })
  await log.seal('time')
  await take(log, 0, 1500)
  const ended = { ...testDraft(5000), type: 'session.ended' }
  await log.take({ told: null, drafts: [ended, testDraft(5001)] })
  await log.seal('time')
  await log.close()
  const again = await open(folder, { sealer })
  await again.seal('stop')
  await take(again, 6000, 1)
  await again.seal('stop')
  const entries = await again.next(5000, 1e9)
  requireChain(entries, 0, zero)
  expect(sealsOf(entries)).toEqual([
    [1000, 999, 'count'],
    [1503, 1502, 'session'],
    [1505, 1504, 'stop'],
  ])
  const [seal] = entries.filter(isSeal)
  const before = entries[999]
  const leaf = base64url.encode(merkle.leafHash(new TextEncoder().encode(before?.header ?? '')))
  const signed = evidence.formatSealText({ ws: 'default', producer: again.producer, pseq: 999, leaf })
  const [key, signature] = [String(seal?.payload.key), String(seal?.payload.signature)].map((text) =>
    base64url.decode(text),
  )
  expect(seal?.payload.leaf).toBe(leaf)
  expect(await notes.verifySignature(key ?? zeros, signed, signature ?? zeros)).toBe(true)
})

const zeros = new Uint8Array(32)

it('begins anew under another producer with everything it holds, whichever step a kill interrupts', async () => {
  const folder = await testFolder()
  const sealer = await testSealer()
  const log = await open(folder, { sealer })
  await take(log, 0, 4)
  await log.seal('time')
  await arrive(log, await log.next(3, 1e9))
  const { producer } = log
  const held = await log.next(10, 1e9)
  expect(await log.beginAnew()).toBe(4)
  expect(log.producer).not.toBe(producer)
  expect(log.counts).toMatchObject({ pending: 4, unproven: 0, proven: 0, next: 4, unsealed: 4 })
  const entries = await log.next(10, 1e9)
  requireChain(entries, 0, zero)
  expect(entries.map(({ payload }) => payload.call)).toEqual([0, 1, 2, 3].map((number) => `call_${number}`))
  await take(log, 2, 3)
  expect(log.counts.next).toBe(5)
  await log.close()
  // As if it had been killed before the staged chain took its place.
  await mkdir(join(folder, 'next-chain'))
  await copyFile(join(folder, `${'0'.repeat(16)}.log`), join(folder, 'next-chain', `${'0'.repeat(16)}.log`))
  const again = await open(folder, { sealer })
  expect(again.counts).toMatchObject({ pending: 5, next: 5 })
  expect((await readdir(folder)).filter((name) => name.startsWith('put-away-'))).toHaveLength(2)
  expect(held).toHaveLength(2)
})
