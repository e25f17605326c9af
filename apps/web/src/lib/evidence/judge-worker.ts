import { evidence } from '@watchbill/ledger'
import { type LineSlice, readLines } from './line-slices.ts'

/** What a judge is to do for one check; the slices come through the port. */
export interface JudgeTask {
  readonly file: Blob
  readonly port: MessagePort
}

export interface SliceQuestion {
  readonly index: number
  readonly slice: LineSlice
}

export type SliceAnswer =
  | { readonly index: number; readonly batch: evidence.JudgedBatch }
  | { readonly index: number; readonly failed: string }

interface WorkerScope {
  onmessage: ((event: MessageEvent<JudgeTask>) => void) | null
}

/** The compiler knows this file's global as a window. */
const workerScope = (scope: unknown) => scope as WorkerScope

workerScope(globalThis).onmessage = ({ data: { file, port } }) => {
  // The next slice is read from the disk while this one is judged: every question is answered as it comes.
  port.onmessage = async ({ data: { index, slice } }: MessageEvent<SliceQuestion>) => {
    try {
      const lines = await readLines(file, slice)
      const judged = lines.map((line) => (line === null ? evidence.noLine : evidence.judgeExportLine(line)))
      const batch = evidence.packJudged(judged)
      port.postMessage({ index, batch } satisfies SliceAnswer, evidence.buffersOf(batch))
    } catch (error) {
      const failed = error instanceof Error ? error.message : 'it cannot be read'
      port.postMessage({ index, failed } satisfies SliceAnswer)
    }
  }
}
