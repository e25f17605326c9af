import { base64url, evidence, type JsonValue, notes, parseJson } from '@watchbill/ledger'
import type { ReadEntry } from './chain-pass.ts'
import type { Findings } from './findings.ts'
import type { HeadRows } from './rows.ts'

/** Checks what machines signed about their own chains (`producer.sealed`, SECURITY "Producers"). */
export const createSealPass = (
  head: HeadRows,
  machineKeys: readonly { readonly machine: string; readonly key: Uint8Array }[],
  findings: Findings,
) => {
  const known = new Set(machineKeys.map(({ machine, key }) => `${machine} ${base64url.encode(key)}`))
  return {
    /** An entry of type `producer.sealed`. A withheld or erased payload says nothing. */
    async entry({ row, header }: ReadEntry): Promise<void> {
      const seal = row.opened === null ? null : readSeal(row.opened.payload)
      if (seal === null) return
      const place = `entry ${row.seq}`
      if (seal.pseq !== header.pseq - 1 || seal.leaf !== header.prev)
        findings.add('seal.place', place, 'it signs for another entry than the one before it')
      const owner = head.producers.find(({ no }) => no === row.producerNo)?.owner
      if (!known.has(`${owner} ${seal.key}`))
        findings.add('seal.key', place, 'its key is none of the machine that owns the producer')
      const { ws, producer } = header
      const text = evidence.formatSealText({ ws, producer, pseq: seal.pseq, leaf: seal.leaf })
      const [key, signature] = [base64url.decode(seal.key), base64url.decode(seal.signature)]
      if (key === null || signature === null || !(await notes.verifySignature(key, text, signature)))
        findings.add('seal.signature', place, 'the machine did not sign this')
    },
  }
}

const readSeal = (bytes: Uint8Array) => {
  const value = tryJson(bytes)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  const { pseq, leaf, key, signature } = value
  return typeof pseq === 'number' &&
    typeof leaf === 'string' &&
    typeof key === 'string' &&
    typeof signature === 'string'
    ? { pseq, leaf, key, signature }
    : null
}

const tryJson = (bytes: Uint8Array): JsonValue => {
  try {
    return parseJson(bytes)
  } catch {
    return null
  }
}
