import { canonicalize } from '../canonical.ts'

/** The place a machine signs for: everything its producer wrote up to `pseq`. */
export interface SealPlace {
  readonly ws: string
  readonly producer: string
  readonly pseq: number
  /** Leaf hash of the entry at `pseq`, base64url. */
  readonly leaf: string
}

/** What the signature in a `producer.sealed` entry is over; its first line keeps it apart from all else a key may sign. */
export const formatSealText = ({ ws, producer, pseq, leaf }: SealPlace): Uint8Array => {
  const said = new TextDecoder().decode(canonicalize({ ws, producer, pseq, leaf }))
  return new TextEncoder().encode(`watchbill producer seal v1\n${said}\n`)
}
