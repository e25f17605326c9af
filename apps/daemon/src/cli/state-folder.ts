import { isAbsolute, join } from 'node:path'
import { homeOf } from './home.ts'

/** What must outlive the data folder and its backups: `$XDG_STATE_HOME/watchbill`, `~/.local/state/watchbill` unless set. */
export const stateFolder = (env: NodeJS.ProcessEnv): string => {
  const base = env.XDG_STATE_HOME
  return join(base !== undefined && isAbsolute(base) ? base : join(homeOf(env), '.local/state'), 'watchbill')
}
