import { Fault } from '@watchbill/contract/fault'
import { base64url, notes } from '@watchbill/ledger'
import { sql } from 'drizzle-orm'
import type { ReadDb } from '../db/open.ts'
import type { Write } from '../db/write.ts'

/**
 * The 32 bytes of a machine's Ed25519 public key. TRUST BOUNDARY: under a small-order point anything passes for signed
 * (SECURITY "Log, sealer, keys"). Throws Fault `invalid_request`.
 */
export const requireMachineKey = (publicKey: string): Uint8Array => {
  const bytes = base64url.decode(publicKey)
  if (bytes !== null && isKey(bytes)) return bytes
  throw new Fault('invalid_request', 'publicKey is not an Ed25519 public key that can be relied on.', {
    mend: 'Let the daemon make one: watchbill enroll.',
    errors: [{ pointer: '/publicKey', detail: 'must be a canonical Ed25519 point of full order' }],
  })
}

const isKey = (bytes: Uint8Array): boolean => {
  try {
    return notes.formatVerifierKey('machine', bytes, 'ed25519') !== ''
  } catch {
    return false
  }
}

/** Stands beside the machine's credential, in the same record. */
export const insertMachineKey = (
  workspace: string,
  machineId: string,
  publicKey: Uint8Array,
  now: number,
): Write => ({
  sql: 'INSERT INTO machine_keys (workspace_id, machine_id, public_key, added_at) VALUES (?, ?, ?, ?)',
  args: [workspace, machineId, publicKey, now],
  expect: 1,
})

/** Public keys of a machine, base64url; none when it was enrolled without one. */
export const readMachineKeys = async (
  db: ReadDb,
  workspace: string,
  machineId: string,
): Promise<ReadonlySet<string>> => {
  const rows = await db.rows<{ public_key: ArrayBuffer }>(sql`SELECT public_key FROM machine_keys
    WHERE workspace_id = ${workspace} AND machine_id = ${machineId}`)
  return new Set(rows.map((row) => base64url.encode(new Uint8Array(row.public_key))))
}
