import { errorText } from '../error-code.ts'
import { type ChainHead, type Draft, extend, type NumberedEntry } from '../ledger/chain.ts'
import type { SealCause, Sealer } from '../ledger/machine-key.ts'
import type { Log } from '../log.ts'

/** A seal at the latest after this many entries (SECURITY "Producers"). */
const sealEvery = 1000

export interface NumberingOptions {
  /** Workspace the entries belong to. */
  readonly ws: string
  readonly now: () => number
  /** Null on a machine without its key: entries go unsealed. */
  readonly sealer: Sealer | null
  readonly log: Log
}

export interface Numbered {
  readonly head: ChainHead
  readonly entries: readonly NumberedEntry[]
  readonly facts: readonly string[]
  readonly sealed: number
}

/** Numbers and chains drafts one after the other, seals in between. */
export class Numbering {
  /** Facts that no entry can say: a fault of ours, never of the control plane. */
  unfit = 0
  readonly #options: NumberingOptions
  readonly #isTold: (fact: string) => boolean

  constructor(options: NumberingOptions, isTold: (fact: string) => boolean) {
    this.#options = options
    this.#isTold = isTold
  }

  /** What these drafts come to behind `head`, of which everything before `sealed` is signed for; takes nothing itself. */
  number(head: ChainHead, sealed: number, drafts: readonly Draft[]): Numbered {
    const walk: Walk = { head, sealed, entries: [], facts: new Set() }
    let ended = false
    for (const draft of drafts) {
      if (draft.fact !== null && (walk.facts.has(draft.fact) || this.#isTold(draft.fact))) continue
      if (!this.#extend(walk, draft)) continue
      if (draft.fact !== null) walk.facts.add(draft.fact)
      ended ||= draft.type === 'session.ended' && draft.payload.imported !== true
      if (walk.head.next - walk.sealed >= sealEvery) this.#seal(walk, 'count')
    }
    if (ended) this.#seal(walk, 'session')
    return { ...walk, facts: [...walk.facts] }
  }

  /** A seal over everything up to here; nothing where that is sealed already, or no key is there. */
  seal(head: ChainHead, sealed: number, cause: SealCause): Numbered {
    const walk: Walk = { head, sealed, entries: [], facts: new Set() }
    this.#seal(walk, cause)
    return { ...walk, facts: [] }
  }

  #seal(walk: Walk, cause: SealCause): void {
    const { sealer, ws, log } = this.#options
    if (sealer === null || walk.head.next <= walk.sealed) return
    try {
      if (this.#extend(walk, sealer.seal(ws, walk.head, cause))) walk.sealed = walk.head.next
    } catch (error) {
      // An entry counts without a signature; it does not wait for one.
      log({ event: 'entries.unsealed', reason: errorText(error) })
    }
  }

  #extend(walk: Walk, draft: Draft): boolean {
    const { ws, now, log } = this.#options
    try {
      const next = extend(walk.head, draft, { ws, nowMs: now() })
      walk.head = next.head
      walk.entries.push(next.entry)
      return true
    } catch (error) {
      this.unfit += 1
      log({ event: 'entry.unfit', type: draft.type, reason: errorText(error) })
      return false
    }
  }
}

interface Walk {
  head: ChainHead
  sealed: number
  readonly entries: NumberedEntry[]
  readonly facts: Set<string>
}
