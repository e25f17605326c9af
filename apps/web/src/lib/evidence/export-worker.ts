import { evidence, notes } from '@watchbill/ledger'
import type { SliceAnswer, SliceQuestion } from './judge-worker.ts'
import { type LineSlice, slicesOf } from './line-slices.ts'
import { inOrder, type Judge } from './ordered-slices.ts'

/** A file to check, and whom its reader trusts. */
export interface ExportQuestion {
  readonly file: Blob
  /** Verifier keys this browser remembers of the log. */
  readonly pinned: readonly string[]
}

export interface FoldTask extends ExportQuestion {
  /** One to each judge of this file, at least one. */
  readonly judges: readonly MessagePort[]
}

export interface ExportProgress {
  readonly entries: number
  /** As its first line says. */
  readonly of: number
}

export type ExportAnswer =
  | { readonly kind: 'progress'; readonly progress: ExportProgress }
  | {
      readonly kind: 'verdict'
      readonly verdict: evidence.ExportVerdict
      readonly head: evidence.ExportHead | null
    }
  | { readonly kind: 'failed'; readonly why: string }

interface WorkerScope {
  postMessage(answer: ExportAnswer): void
  onmessage: ((event: MessageEvent<FoldTask>) => void) | null
}

/** The compiler knows this file's global as a window; in a worker `postMessage` takes the message alone. */
const workerScope = (scope: unknown) => scope as WorkerScope
const scope = workerScope(globalThis)

const tellEveryMs = 100

/** What other threads judged, put together in the order of the file: the part of the check that cannot be shared out. */
scope.onmessage = async ({ data: { file, pinned, judges } }) => {
  try {
    const check = evidence.createExportCheck()
    let told = 0
    await inOrder(slicesOf(file.size), judges.map(judgeBehind), (batch) => {
      for (const line of evidence.unpackJudged(batch)) check.take(line)
      if (performance.now() - told < tellEveryMs) return
      told = performance.now()
      scope.postMessage({ kind: 'progress', progress: check.progress })
    })
    const keys = [...new Set([...pinned, ...(check.head?.keys ?? [])])]
    const pins = pinned.map(notes.fingerprintOf)
    const signing = keys.flatMap((key) => notes.parseVerifierKey(key) ?? [])
    const verdict = await check.end({ keys: signing, pins, witnesses: [] })
    scope.postMessage({ kind: 'verdict', verdict, head: check.head })
  } catch (error) {
    scope.postMessage({ kind: 'failed', why: error instanceof Error ? error.message : 'it cannot be read' })
  }
}

function judgeBehind(port: MessagePort): Judge<LineSlice, evidence.JudgedBatch> {
  interface Waiting {
    readonly resolve: (batch: evidence.JudgedBatch) => void
    readonly reject: (error: Error) => void
  }
  const waiting = new Map<number, Waiting>()
  let count = 0
  port.onmessage = ({ data }: MessageEvent<SliceAnswer>) => {
    const asked = waiting.get(data.index)
    waiting.delete(data.index)
    if ('failed' in data) asked?.reject(new Error(data.failed))
    else asked?.resolve(data.batch)
  }
  return (slice) =>
    new Promise((resolve, reject) => {
      count += 1
      waiting.set(count, { resolve, reject })
      port.postMessage({ index: count, slice } satisfies SliceQuestion)
    })
}
