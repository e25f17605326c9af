import { randomBytes, randomUUID } from 'node:crypto'
import { base64url, commitment, type EntryHeader, formatHeader, merkle } from '@watchbill/ledger'

export type EntryPayload = Readonly<Record<string, string | number | boolean>>

/** An event on its way into the chain: everything but its number. */
export interface Draft {
  /** 64 bits that stand for the fact, 16 hex digits: the same fact is taken once. Null: told whenever it is said. */
  readonly fact: string | null
  readonly type: string
  /** Schema version of the type. */
  readonly v: number
  /** ms by the row's own clock; null where it has none. */
  readonly atMs: number | null
  /** Null where the machine speaks of itself. */
  readonly agent: string | null
  readonly decision: 'allow' | 'ask' | 'deny' | null
  readonly payload: EntryPayload
}

/** An entry as it is kept and sent. */
export interface NumberedEntry {
  readonly pseq: number
  /** The exact canonical JSON text: the leaf. */
  readonly header: string
  readonly payload: EntryPayload
  /** 32 bytes, base64url. */
  readonly salt: string
}

/** Where a producer's chain stands. */
export interface ChainHead {
  readonly producer: string
  /** Number of the next entry. */
  readonly next: number
  /** Leaf hash of the entry before it, base64url; 32 zero bytes at 0. */
  readonly leaf: string
}

export const emptyChain = (producer: string): ChainHead => ({
  producer,
  next: 0,
  leaf: base64url.encode(new Uint8Array(32)),
})

/** The next entry of the chain and the chain behind it. Throws EntryError for what no header or payload can say. */
export const extend = (
  head: ChainHead,
  draft: Draft,
  around: { readonly ws: string; readonly nowMs: number },
): { readonly entry: NumberedEntry; readonly head: ChainHead } => {
  const salt = new Uint8Array(randomBytes(32))
  const header: EntryHeader = {
    v: draft.v,
    ws: around.ws,
    id: `evt_${randomUUID()}`,
    // A row's time is foreign data: never before 1970, never later than now.
    ts: Math.trunc(Math.max(0, Math.min(draft.atMs ?? around.nowMs, around.nowMs))),
    producer: head.producer,
    pseq: head.next,
    prev: head.leaf,
    type: draft.type,
    agent: draft.agent,
    ...(draft.decision === null ? {} : { decision: draft.decision }),
    commit: commitment.commitPayload(draft.payload, salt).commit,
  }
  const bytes = formatHeader(header)
  return {
    entry: {
      pseq: head.next,
      header: new TextDecoder().decode(bytes),
      payload: draft.payload,
      salt: base64url.encode(salt),
    },
    head: { producer: head.producer, next: head.next + 1, leaf: base64url.encode(merkle.leafHash(bytes)) },
  }
}

/** Whether the machine's key signs in this entry for the chain before it. */
export const isSeal = ({ header }: NumberedEntry): boolean => header.includes('"type":"producer.sealed"')

/** The chain behind an entry that stands already. */
export const headAfter = (producer: string, entry: NumberedEntry): ChainHead => ({
  producer,
  next: entry.pseq + 1,
  leaf: base64url.encode(merkle.leafHash(new TextEncoder().encode(entry.header))),
})
