import type { Terminal } from './terminal.ts'

const lookEveryMs = 1000

/** Prints what `look` gives whenever it differs, over the last one on a terminal, until Ctrl-C; answers 0. */
export const live = async (look: () => Promise<string>, terminal: Terminal): Promise<number> => {
  const ended = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ended.abort())
  let last: string | null = null
  while (!ended.signal.aborted) {
    const text = await look()
    if (text !== last) terminal.out(process.stdout.isTTY ? `\u001b[H\u001b[2J${text}` : text)
    last = text
    await pause(ended.signal)
  }
  return 0
}

const pause = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const timer = setTimeout(resolve, lookEveryMs)
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer)
        resolve()
      },
      { once: true },
    )
  })
