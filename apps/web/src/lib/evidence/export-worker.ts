import { evidence, notes } from '@watchbill/ledger'

/** A file to check, and whom its reader trusts. */
export interface ExportQuestion {
  readonly file: Blob
  /** Verifier keys this browser remembers of the log. */
  readonly pinned: readonly string[]
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
  onmessage: ((event: MessageEvent<ExportQuestion>) => void) | null
}

/** The compiler knows this file's global as a window; in a worker `postMessage` takes the message alone. */
const workerScope = (scope: unknown) => scope as WorkerScope
const scope = workerScope(globalThis)

const tellEveryMs = 100
/** No line of an export is longer: a header has at most 64 KiB, a payload less than a mebibyte. */
const lineMost = 16 * 1024 * 1024

scope.onmessage = async ({ data: { file, pinned } }) => {
  try {
    const check = evidence.createExportCheck()
    let told = 0
    await readLines(file, check.line.bind(check), () => {
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

/**
 * Every line without its LF; what stands behind the last LF is one too, unless it is nothing. `pause` is called now and then.
 * Throws for bytes that are no UTF-8. A plain call for each line: a million turns of an async generator take a second.
 */
async function readLines(file: Blob, line: (text: string) => void, pause: () => void): Promise<void> {
  const reader = file
    .stream()
    .pipeThrough(new TextDecoderStream('utf-8', { fatal: true }))
    .getReader()
  let rest = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    let from = 0
    for (let end = value.indexOf('\n'); end >= 0; end = value.indexOf('\n', from)) {
      line(rest + value.slice(from, end))
      rest = ''
      from = end + 1
    }
    rest += value.slice(from)
    if (rest.length > lineMost) throw new Error('a line of it is too long for an export')
    pause()
  }
  if (rest !== '') line(rest)
}
