import { isAlive } from '../alive.ts'
import { dataFolder } from '../data-folder.ts'
import { errorText } from '../error-code.ts'
import { findDaemon } from '../instance/find.ts'
import { lastStatus } from '../instance/status.ts'
import { Failure } from './failure.ts'
import { parseOptions } from './options.ts'
import type { Terminal } from './terminal.ts'

const patienceMs = 20_000

/** `stop`: asks with SIGTERM, waits until the process is gone, and says so only then. */
export const stop = async (args: readonly string[], terminal: Terminal): Promise<number> => {
  const { json } = parseOptions('stop', args, ['json'])
  const pid = await stopDaemon(terminal.env)
  const last = pid === null ? null : await lastStatus(dataFolder(terminal.env))
  const waiting = last === null ? null : last.spool.pending + last.entries.pending
  const rest = waiting === null || waiting === 0 ? '' : ` ${waiting} wait in the spool for the next one.`
  const text = pid === null ? 'The daemon was not running.' : `The daemon has stopped (pid ${pid}).${rest}`
  terminal.out(
    json ? JSON.stringify({ stopped: pid !== null, wasRunning: pid !== null, pid, waiting }) : text,
  )
  return 0
}

/** The pid of the process that was ended, or null when none ran. Throws Failure when it lives on. */
export const stopDaemon = async (env: NodeJS.ProcessEnv): Promise<number | null> => {
  const found = await findDaemon(dataFolder(env))
  if (found.state === 'stopped') return null
  try {
    process.kill(found.pid, 'SIGTERM')
  } catch (error) {
    if (isAlive(found.pid))
      throw new Failure(
        'the daemon was not stopped',
        errorText(error),
        `end process ${found.pid} as its owner`,
      )
  }
  const untilMs = Date.now() + patienceMs
  while (isAlive(found.pid)) {
    if (Date.now() > untilMs) {
      const why = `process ${found.pid} got SIGTERM and still runs after ${patienceMs / 1000} s`
      throw new Failure(
        'the daemon has not stopped',
        why,
        `wait and look again, or end it: kill -9 ${found.pid}`,
      )
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return found.pid
}
