import { parseOptions } from './options.ts'
import { bringUp, requireStartable } from './start.ts'
import { stopDaemon } from './stop.ts'
import type { Terminal } from './terminal.ts'

/** `restart`: what a start would refuse is found before the running daemon is stopped. What waits in the spool stays. */
export const restart = async (args: readonly string[], terminal: Terminal): Promise<number> => {
  const { json } = parseOptions('restart', args, ['json'])
  const ready = await requireStartable(terminal)
  const stopped = await stopDaemon(terminal.env)
  const { pid } = await bringUp(ready, terminal)
  const { apiUrl } = ready.credential
  const before = stopped === null ? 'It was not running before' : `The one before was pid ${stopped}`
  terminal.out(
    json
      ? JSON.stringify({ stopped, pid, apiUrl })
      : `The daemon started (pid ${pid}), reporting to ${apiUrl}. ${before}.`,
  )
  return 0
}
