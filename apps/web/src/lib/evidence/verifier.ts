import type { Verdicts } from './verdicts.ts'
import type { Answer, Question } from './verify-worker.ts'

interface Waiting {
  readonly resolve: (verdict: unknown) => void
  readonly reject: (error: Error) => void
}

let worker: Worker | null = null
let count = 0
const waiting = new Map<number, Waiting>()

/** The checks of packages/ledger on a thread of their own, started by the first question; one for the whole page. */
export const verifier: Verdicts = {
  checkpoint: asking('checkpoint'),
  range: asking('range'),
  selection: asking('selection'),
  payloads: asking('payloads'),
  path: asking('path'),
  fingerprint: asking('fingerprint'),
}

function asking<K extends keyof Verdicts>(kind: K): Verdicts[K] {
  const ask = (evidence: unknown) =>
    new Promise<unknown>((resolve, reject) => {
      count += 1
      waiting.set(count, { resolve, reject })
      started().postMessage({ id: count, kind, evidence } satisfies Question)
    })
  // The worker answers with what `verdicts[kind]` returned.
  return ask as Verdicts[K]
}

function started(): Worker {
  if (worker !== null) return worker
  const begun = new Worker(new URL('./verify-worker.ts', import.meta.url), { type: 'module' })
  worker = begun
  begun.onmessage = ({ data }: MessageEvent<Answer>) => {
    const asked = waiting.get(data.id)
    waiting.delete(data.id)
    if ('failed' in data) asked?.reject(new Error(data.failed))
    else asked?.resolve(data.verdict)
  }
  begun.onerror = () => {
    worker = null
    for (const { reject } of waiting.values()) reject(new Error('the verifier could not be started'))
    waiting.clear()
  }
  return begun
}
