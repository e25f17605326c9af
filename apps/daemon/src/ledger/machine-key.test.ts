import { chmod, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { base64url, evidence, notes } from '@watchbill/ledger'
import { expect, it } from 'vitest'
import { testFolder } from '../testing/folder.ts'
import { sinkMachineId } from '../testing/sink.ts'
import { emptyChain } from './chain.ts'
import { createMachineKey, readMachineKey } from './machine-key.ts'

const written = async () => {
  const path = join(await testFolder(), 'machine-key.json')
  const key = createMachineKey()
  await key.write(path, sinkMachineId)
  return { path, publicKey: key.publicKey }
}

it('signs for the chain before it, so that anybody with the public half can tell', async () => {
  const { path, publicKey } = await written()
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  const { sealer } = await readMachineKey(path, sinkMachineId)
  const head = { ...emptyChain('prd_00000000-0000-4000-8000-000000000001'), next: 7 }
  const payload = sealer?.seal('default', head, 'stop').payload
  expect(payload).toMatchObject({ pseq: 6, leaf: head.leaf, key: publicKey, cause: 'stop' })
  const [key, signature] = [publicKey, String(payload?.signature)].map((text) => base64url.decode(text))
  const place = { ws: 'default', producer: head.producer, pseq: 6, leaf: head.leaf }
  const holds = (over: typeof place) =>
    notes.verifySignature(
      key ?? new Uint8Array(),
      evidence.formatSealText(over),
      signature ?? new Uint8Array(),
    )
  expect([await holds(place), await holds({ ...place, pseq: 5 })]).toEqual([true, false])
})

it('says in words what keeps a key from being used, and never a byte of it', async () => {
  const { path } = await written()
  const reasonFor = async (text: string | null, machine = sinkMachineId, mode = 0o600) => {
    if (text !== null) await writeFile(path, text)
    await chmod(path, mode)
    return (await readMachineKey(path, machine)).reason
  }
  expect(await reasonFor(null, 'mch_00000000-0000-7000-8000-000000000009')).toContain('earlier enrolment')
  expect(await reasonFor(null, sinkMachineId, 0o644)).toContain('others may read')
  const seed = base64url.encode(new Uint8Array(32).fill(9))
  const other = { v: 1, machineId: sinkMachineId, publicKey: createMachineKey().publicKey, seed }
  for (const text of ['', `{"seed":"${seed}`, JSON.stringify({ ...other, seed: 'x' }), JSON.stringify(other)])
    expect(await reasonFor(text)).toBe('the machine key file is damaged')
  expect((await readMachineKey(`${path}.gone`, sinkMachineId)).reason).toBe('this machine has no key')
})
