import { createSelectionFold, type SelectionFold } from '../merkle/selection-fold.ts'
import { sameHash } from '../merkle/verify.ts'
import type { Checkpoint } from '../notes/checkpoint.ts'
import { createWorkspaceCheck } from './claims.ts'
import type { ExportHead } from './export-lines.ts'
import { type JudgedEntryLine, type JudgedLine, judgeExportLine, type ProducerLink } from './judge-line.ts'
import { judgeNote } from './judge-note.ts'
import {
  type Contradiction,
  type ContradictionKind,
  contradiction,
  type Reader,
  unreadableVerdict,
  type Verdict,
} from './verdict.ts'
import { verdictOf } from './verify-entry.ts'

export interface ExportVerdict extends Verdict {
  /** Entries read. */
  readonly entries: number
  /** Of those, without proof yet: at or above the size of the checkpoint. */
  readonly pending: number
  /** Of those, that something speaks against by itself; a header that was changed shows in the root alone. */
  readonly bad: number
  /** Place of the first entry that something speaks against; null when none does, or none can be told from the others. */
  readonly firstBad: number | null
}

/** Checks an export of any length line by line; keeps O(log n) hashes and one link for each producer. */
export interface ExportCheck {
  /** The next line, without its LF. */
  line(text: string): void
  /** The same for one that was judged already, maybe on another thread. */
  take(judged: JudgedLine): void
  /** The first line; null until it was read, or when it is none. Its keys are the operator's offer. */
  readonly head: ExportHead | null
  readonly progress: { readonly entries: number; readonly of: number }
  /** The verdict on all lines. Never throws. */
  end(reader: Reader): Promise<ExportVerdict>
}

/** The first hundred; an export that is wrong everywhere still ends in a page. */
const mostContradictions = 100

export const createExportCheck = (): ExportCheck => new StreamedCheck()

class StreamedCheck implements ExportCheck {
  readonly #judgeWorkspace = createWorkspaceCheck()
  readonly #suspicion = createSuspicion()
  readonly #found: Contradiction[] = []
  #fold: SelectionFold = createSelectionFold(0)
  #head: ExportHead | null = null
  #fits = true
  #lines = 0
  #entries = 0
  #pending = 0
  #bad = 0
  /** Contradictions so far, those that are no longer kept included. */
  #said = 0
  #last = -1
  #firstBad: number | null = null
  #end: number | null = null

  get head(): ExportHead | null {
    return this.#head
  }

  get progress() {
    return { entries: this.#entries, of: this.#head?.count ?? 0 }
  }

  line(text: string): void {
    this.take(judgeExportLine(text))
  }

  take(judged: JudgedLine): void {
    this.#lines += 1
    // Without its head nothing that follows can be placed.
    if (this.#lines > 1 && this.#head === null) return
    const { kind } = judged
    if (kind === 'none') this.#add('unreadable', this.#here, 'this is no line of an export')
    else if (this.#end !== null) this.#add('order', this.#here, 'it comes after the last line')
    else if ((kind === 'head') !== (this.#lines === 1))
      this.#add('order', this.#here, 'an export begins with its head')
    else if (kind === 'entry') this.#entry(judged)
    else if (kind === 'gap') this.#gap(judged.hashes, this.#here)
    else if (kind === 'end') this.#end = judged.count
    else {
      this.#head = judged.head
      this.#fold = createSelectionFold(judged.head.size)
    }
  }

  get #here(): string {
    return `line ${this.#lines}`
  }

  async end(reader: Reader): Promise<ExportVerdict> {
    const counts = { entries: this.#entries, pending: this.#pending, bad: this.#bad }
    const head = this.#head
    if (head === null) {
      if (this.#lines === 0) this.#add('unreadable', 'line 1', 'there is nothing in it')
      return { ...unreadableVerdict(this.#found, reader), ...counts, firstBad: null }
    }
    const note = await judgeNote(head.checkpoint, reader, 'checkpoint')
    if (note.checkpoint === null) {
      const contradictions = [...note.contradictions, ...this.#found]
      return { ...unreadableVerdict(contradictions, reader), ...counts, firstBad: this.#firstBad }
    }
    this.#judgeCounts(head)
    const proven = this.#judgeTree(head, note.checkpoint)
    const contradictions = [...note.contradictions, ...this.#found]
    const verdict = verdictOf({ ...note, contradictions }, note.checkpoint.size)
    return {
      ...verdict,
      consistent: verdict.consistent === 'yes' && this.#entries === 0 ? 'unknown' : verdict.consistent,
      ...counts,
      firstBad: this.#firstBad ?? (proven ? null : this.#suspicion.first),
    }
  }

  #entry({ seq, leaf, link, found }: JudgedEntryLine): void {
    const size = this.#head?.size ?? 0
    const place = `entry ${seq}`
    const before = this.#said
    this.#entries += 1
    if (seq <= this.#last) this.#add('order', place, 'it does not come after the one before it')
    if ((leaf === null) !== seq >= size)
      this.#add('inclusion', place, 'it is pending exactly when the checkpoint ends before it')
    for (const one of found) this.#add(one.kind, one.place, one.detail)
    const foreign = link === null ? null : this.#judgeWorkspace(link.ws, place)
    if (foreign !== null) this.#add(foreign.kind, foreign.place, foreign.detail)
    if (leaf === null) this.#pending += 1
    else {
      this.#fit(this.#fold.entry(seq, leaf), place)
      if (link !== null) this.#suspicion.entry(seq, link, leaf)
    }
    this.#last = seq
    if (this.#said === before) return
    this.#bad += 1
    this.#firstBad ??= seq
  }

  #gap(hashes: readonly Uint8Array[], place: string): void {
    if (this.#pending > 0) this.#add('order', place, 'no hash of the proof comes after a pending entry')
    else this.#fit(this.#fold.skip(...hashes), place)
  }

  /** Said once, where it begins: behind it nothing fits any more. */
  #fit(fitted: boolean, place: string): void {
    if (!fitted && this.#fits)
      this.#add('inclusion', place, 'the hashes of the proof before it leave another gap')
    this.#fits = fitted
  }

  #judgeCounts({ count }: ExportHead): void {
    if (this.#end === null) this.#add('gap', 'end', 'the last line is missing: the export was cut')
    else if (this.#end !== count || this.#entries !== count)
      this.#add('gap', 'end', 'it does not have as many entries as it says')
  }

  #judgeTree(head: ExportHead, { origin, size, root }: Checkpoint): boolean {
    if (origin !== head.origin || size !== head.size)
      this.#add('origin', 'line 1', 'its checkpoint is about another log, or of another size')
    const made = this.#fold.root()
    const proven = made !== null && sameHash(made, root)
    if (!proven)
      this.#add('inclusion', 'entries', 'the checkpoint does not contain these entries at these places')
    return proven
  }

  #add(kind: ContradictionKind, place: string, detail: string): void {
    this.#said += 1
    if (this.#found.length < mostContradictions) this.#found.push(contradiction(kind, place, detail))
  }
}

/**
 * The root tells that a header was changed, not which. The next entry of its producer does: it follows upon the header that
 * was there before. Not evidence by itself, since a producer may really have gone on from something else.
 */
const createSuspicion = () => {
  const heads = new Map<string, { readonly seq: number; readonly pseq: number; readonly leaf: Uint8Array }>()
  let first: number | null = null
  return {
    get first(): number | null {
      return first
    },
    entry(seq: number, { producer, pseq, prev }: ProducerLink, leaf: Uint8Array): void {
      const before = heads.get(producer)
      if (first === null && before?.pseq === pseq - 1 && !sameHash(before.leaf, prev)) first = before.seq
      heads.set(producer, { seq, pseq, leaf })
    },
  }
}
