import { verdicts } from './verdicts.ts'

/** A question to the worker, and its number. */
export interface Question {
  readonly id: number
  readonly kind: keyof typeof verdicts
  readonly evidence: unknown
}
export type Answer =
  | { readonly id: number; readonly verdict: unknown }
  | { readonly id: number; readonly failed: string }

interface WorkerScope {
  postMessage(answer: Answer): void
  onmessage: ((event: MessageEvent<Question>) => void) | null
}

/** The compiler knows this file's global as a window; in a worker `postMessage` takes the message alone. */
const workerScope = (scope: unknown) => scope as WorkerScope
const scope = workerScope(globalThis)

/** Both ends of the channel are this build's own, so a question's evidence has the shape its kind says. */
const judge = (kind: Question['kind']) => verdicts[kind] as (evidence: unknown) => Promise<unknown>

scope.onmessage = async ({ data: { id, kind, evidence } }) => {
  try {
    scope.postMessage({ id, verdict: await judge(kind)(evidence) })
  } catch (error) {
    const failed = error instanceof Error ? error.message : 'the verifier failed'
    scope.postMessage({ id, failed })
  }
}
