import type { evidence } from '@watchbill/ledger'
import type { ExportAnswer, ExportProgress, ExportQuestion, FoldTask } from './export-worker.ts'
import type { JudgeTask } from './judge-worker.ts'
import { sliceBytes } from './line-slices.ts'

export interface CheckedExport {
  readonly verdict: evidence.ExportVerdict
  /** Null where the file does not begin as an export does. */
  readonly head: evidence.ExportHead | null
}

/** More of them would wait for the one that puts their work together, and each takes memory. */
const mostJudges = 4

/**
 * Checks an exported file without a server: one thread for each core judges its lines, slice by slice, and one more puts
 * together what they found. Nothing of it is done here. Aborting ends it at once.
 */
export function checkExport(
  question: ExportQuestion,
  signal: AbortSignal,
  tell: (progress: ExportProgress) => void,
): Promise<CheckedExport> {
  const fold = new Worker(new URL('./export-worker.ts', import.meta.url), { type: 'module' })
  const judges = Array.from(
    { length: judgesFor(question.file.size) },
    () => new Worker(new URL('./judge-worker.ts', import.meta.url), { type: 'module' }),
  )
  const workers = [fold, ...judges]
  return new Promise<CheckedExport>((resolve, reject) => {
    fold.onmessage = ({ data }: MessageEvent<ExportAnswer>) => {
      if (data.kind === 'progress') return tell(data.progress)
      if (data.kind === 'verdict') resolve({ verdict: data.verdict, head: data.head })
      else reject(new Error(data.why))
    }
    for (const worker of workers)
      worker.onerror = () => reject(new Error('the verifier could not be started'))
    signal.addEventListener('abort', () => reject(new Error('it was stopped')))
    const ports = judges.map((judge) => {
      const { port1, port2 } = new MessageChannel()
      judge.postMessage({ file: question.file, port: port1 } satisfies JudgeTask, [port1])
      return port2
    })
    fold.postMessage({ ...question, judges: ports } satisfies FoldTask, ports)
  }).finally(() => {
    for (const worker of workers) worker.terminate()
  })
}

/** As many as there are cores to run them, and slices to judge. */
const judgesFor = (size: number): number =>
  Math.max(1, Math.min(mostJudges, navigator.hardwareConcurrency, Math.ceil(size / sliceBytes)))
