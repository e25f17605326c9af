import { createHash } from 'node:crypto'
import type { ProducedEntry } from '@watchbill/contract/audit'
import { base64url, commitment, type EntryHeader, formatHeader, merkle } from '@watchbill/ledger'

/** What a test says of one entry; everything else is filled in. */
export interface EntryIdea extends Partial<EntryHeader> {
  readonly payload?: Readonly<Record<string, string | number | boolean>> | null
}

/** Ids and salts follow from `seed` and the place, so that the same idea twice is the same bytes. */
export const createProducer = (seed: string, start: Partial<EntryHeader> = {}) => {
  const digest = (...parts: readonly (string | number)[]) =>
    createHash('sha256')
      .update([seed, ...parts].join(' '))
      .digest()
  const producer = `prd_${uuid(digest('producer'))}`
  let pseq = 0
  let prev = base64url.encode(new Uint8Array(32))

  /** One entry at the place the chain has come to, without moving it. */
  const peek = ({
    payload = samplePayload,
    ...members
  }: EntryIdea = {}): ProducedEntry & { leaf: string } => {
    const place = members.pseq ?? pseq
    const salt = new Uint8Array(digest('salt', place))
    const header: EntryHeader = {
      v: 1,
      ws: 'default',
      id: `evt_${uuid(digest('entry', place))}`,
      ts: 1_795_176_000_000 + place,
      producer,
      pseq: place,
      prev,
      type: 'tool.called',
      agent: `agt_${uuid(digest('agent'))}`,
      commit: commitment.commitPayload(payload ?? {}, salt).commit,
      ...start,
      ...members,
    }
    const bytes = formatHeader(header)
    const opened =
      payload === null ? { payload: null, salt: null } : { payload, salt: base64url.encode(salt) }
    return {
      header: new TextDecoder().decode(bytes),
      ...opened,
      leaf: base64url.encode(merkle.leafHash(bytes)),
    }
  }

  /** The next entry; the chain goes on from it. */
  const next = (idea: EntryIdea = {}): ProducedEntry => {
    const { leaf, ...entry } = peek(idea)
    pseq += 1
    prev = leaf
    return entry
  }

  return {
    id: producer,
    /** A look at the next entry without its leaf, which is not sent. */
    peek: (idea: EntryIdea = {}): ProducedEntry => withoutLeaf(peek(idea)),
    next,
    take: (count: number): ProducedEntry[] => Array.from({ length: count }, () => next()),
    /** Another producer of the same name that went another way from here on. */
    fork: () => createFork(peek, () => ({ pseq, prev })),
  }
}

/** A branch of its own from the place where the chain stands; every entry differs from the chain's. */
const createFork = (
  peek: (idea: EntryIdea) => ProducedEntry & { leaf: string },
  start: () => { pseq: number; prev: string },
) => {
  let { pseq, prev } = start()
  return {
    next: (idea: EntryIdea = {}): ProducedEntry => {
      const { leaf, ...entry } = peek({ ts: 1, ...idea, pseq, prev })
      pseq += 1
      prev = leaf
      return entry
    },
  }
}

const withoutLeaf = ({ leaf: _, ...entry }: ProducedEntry & { leaf: string }): ProducedEntry => entry

const uuid = (bytes: Uint8Array): string => {
  const hex = Buffer.from(bytes).toString('hex')
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-')
}

export const samplePayload = {
  session: 'ses_01a1f848-b543-7e91-9e5e-989cb75f9d5f',
  imported: false,
  call: 'toolu_1',
  tool: 'Bash',
  request: 'git push',
}
