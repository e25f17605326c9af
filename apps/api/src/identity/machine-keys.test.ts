import { generateKeyPairSync } from 'node:crypto'
import { Fault } from '@watchbill/contract/fault'
import { base64url } from '@watchbill/ledger'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTestApp, type TestApp } from '../testing/app.ts'
import { readMachineKeys } from './machine-keys.ts'

let world: TestApp
beforeEach(async () => {
  world = await createTestApp()
})
afterEach(() => world.close())

const tokenFor = async () => {
  const { token } = await world.client(await world.key(['machine:enroll'])).createEnrollment({ body: {} })
  return token
}
const keysOf = (machineId: string) => readMachineKeys(world.database.dbFor('default'), 'default', machineId)

test('a machine brings its public key as it joins, and may read proofs but no entry', async () => {
  const publicKey = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }).x ?? ''
  const joined = await world.client(await tokenFor()).joinMachine({ body: { name: 'box', publicKey } })
  expect([...(await keysOf(joined.machineId))]).toEqual([publicKey])
  const { scopes } = await world.client(joined.credential).getSelf({})
  expect(scopes.toSorted()).toEqual(['entry:write', 'log:read', 'self:read', 'snapshot:write'])
})

test('a machine without a key joins all the same', async () => {
  const { machineId } = await world.client(await tokenFor()).joinMachine({ body: { name: 'box' } })
  expect((await keysOf(machineId)).size).toBe(0)
})

/** The identity, and y = p + 1, which is the identity written otherwise. */
const unsound = [
  new Uint8Array(32).fill(1, 0, 1),
  new Uint8Array(32),
  Uint8Array.from({ length: 32 }, (_, index) => (index === 0 ? 0xee : index === 31 ? 0x7f : 0xff)),
]
test.each(unsound.map((bytes) => [base64url.encode(bytes)]))(
  'a key under which anything passes for signed is refused, and the token stays good: %s',
  async (publicKey) => {
    const token = await tokenFor()
    const join = (body: { name: string; publicKey?: string }) => world.client(token).joinMachine({ body })
    const refused = await join({ name: 'box', publicKey }).catch((error: unknown) => error)
    expect(refused instanceof Fault && refused.code).toBe('invalid_request')
    expect((await join({ name: 'box' })).workspace).toBe('default')
  },
)
