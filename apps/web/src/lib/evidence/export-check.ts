import type { evidence } from '@watchbill/ledger'
import type { ExportAnswer, ExportProgress, ExportQuestion } from './export-worker.ts'

export interface CheckedExport {
  readonly verdict: evidence.ExportVerdict
  /** Null where the file does not begin as an export does. */
  readonly head: evidence.ExportHead | null
}

/** Checks an exported file on a thread of its own, line by line, without a server. Aborting ends it at once. */
export function checkExport(
  question: ExportQuestion,
  signal: AbortSignal,
  tell: (progress: ExportProgress) => void,
): Promise<CheckedExport> {
  const worker = new Worker(new URL('./export-worker.ts', import.meta.url), { type: 'module' })
  return new Promise<CheckedExport>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<ExportAnswer>) => {
      if (data.kind === 'progress') return tell(data.progress)
      if (data.kind === 'verdict') resolve({ verdict: data.verdict, head: data.head })
      else reject(new Error(data.why))
    }
    worker.onerror = () => reject(new Error('the verifier could not be started'))
    signal.addEventListener('abort', () => reject(new Error('it was stopped')))
    worker.postMessage(question)
  }).finally(() => worker.terminate())
}
