import { notes } from '@watchbill/ledger'
import { decodeHash } from './hash-text.ts'

/** What a log asks of a witness (C2SP tlog-witness "add-checkpoint"). */
export interface CosignRequest {
  readonly oldSize: number
  /** RFC 6962 consistency proof from `oldSize` to the checkpoint. */
  readonly proof: readonly Uint8Array[]
  /** The signed checkpoint; nobody looked at its signatures yet. */
  readonly note: notes.Note
  readonly origin: string
  readonly size: number
  readonly root: Uint8Array
}

const maxHashes = 63

/** TRUST BOUNDARY: null for anything the specification does not spell, another writing of a number or hash included. */
export const parseRequest = (bytes: Uint8Array): CosignRequest | null => {
  const text = decode(bytes)
  const split = text === null ? -1 : text.indexOf('\n\n')
  if (text === null || split === -1) return null
  const [first = '', ...lines] = text.slice(0, split).split('\n')
  const [, digits] = /^old (0|[1-9]\d{0,15})$/.exec(first) ?? []
  const proof = lines.flatMap((line) => decodeHash(line) ?? [])
  if (digits === undefined || proof.length !== lines.length || lines.length > maxHashes) return null
  const oldSize = Number(digits)
  const note = notes.parseNote(text.slice(split + 2))
  const checkpoint = note === null ? null : notes.parseCheckpoint(note.text)
  if (note === null || checkpoint === null || !Number.isSafeInteger(oldSize)) return null
  return { oldSize, proof, note, ...checkpoint }
}

const decode = (bytes: Uint8Array): string | null => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return null
  }
}
