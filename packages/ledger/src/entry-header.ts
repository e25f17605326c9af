/** What the log commits to (SECURITY "Entry and commitment"). Its canonical bytes are the leaf; it is never redacted. */
export interface EntryHeader {
  /** Schema version of the event type, from 1. */
  readonly v: number
  readonly ws: string
  /** `evt_…` */
  readonly id: string
  /** ms since the epoch, by the producer's clock. */
  readonly ts: number
  /** `prd_…` */
  readonly producer: string
  /** Counted from 0 without gaps. */
  readonly pseq: number
  /** Leaf hash of this producer's entry before, base64url; 32 zero bytes at pseq 0. */
  readonly prev: string
  /** `tool.called` */
  readonly type: string
  /** `agt_…`; null where no single agent did it. */
  readonly agent: string | null
  readonly decision?: 'allow' | 'ask' | 'deny'
  /** Hash of the policy that decided, base64url. */
  readonly policy?: string
  /** Commitment to the payload, base64url. */
  readonly commit: string
}

export const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
