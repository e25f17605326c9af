import { readConfig, readText } from '../config/read.ts'
import { type DataFolder, dataFolder } from '../data-folder.ts'
import { errorText } from '../error-code.ts'
import { findDaemon } from '../instance/find.ts'
import { hostDaemons } from '../instance/host-daemons.ts'
import { readCredential } from '../link/credential.ts'
import { live } from './live.ts'
import { parseOptions } from './options.ts'
import type { HostFacts, StatusFacts } from './status-facts.ts'
import { formatHost, formatStatus } from './status-text.ts'
import type { Terminal } from './terminal.ts'

/** `status`: exit code 0 while it runs and answers, 3 when it does not (as service managers have it). */
export const status = async (args: readonly string[], terminal: Terminal): Promise<number> => {
  const wish = parseOptions('status', args, ['json', 'all', 'live'])
  const look = async () => {
    const facts = wish.all ? await lookAtHost(terminal.env) : await lookAt(dataFolder(terminal.env))
    const lines = 'daemons' in facts ? formatHost(facts) : formatStatus(facts)
    const runs = 'daemons' in facts ? facts.daemons.some(isUp) : facts.state === 'running'
    return { text: wish.json ? JSON.stringify(facts) : lines.join('\n'), runs }
  }
  if (wish.live) return live(async () => (await look()).text, terminal)
  const { text, runs } = await look()
  terminal.out(text)
  return runs ? 0 : 3
}

const isUp = ({ status: facts, pid }: HostFacts['daemons'][number]): boolean =>
  facts === null ? pid !== null : facts.state === 'running'

const lookAt = async (folder: DataFolder): Promise<StatusFacts> => {
  const found = await findDaemon(folder)
  return {
    state: found.state,
    pid: found.pid,
    enrolled: (await readCredential(folder.credential).catch(() => null)) !== null,
    folder: folder.path,
    config: await configState(folder.config),
    daemon: found.status,
  }
}

const configState = async (path: string): Promise<StatusFacts['config']> => {
  try {
    const text = await readText(path)
    if (text === null) return { path, state: 'absent', version: null, reason: null }
    return { path, state: 'valid', version: readConfig(path, text).version, reason: null }
  } catch (error) {
    return { path, state: 'unusable', version: null, reason: errorText(error) }
  }
}

/** This data folder's daemon first, then every other one that the process table shows. */
const lookAtHost = async (env: NodeJS.ProcessEnv): Promise<HostFacts> => {
  const own = await lookAt(dataFolder(env))
  const daemons: HostFacts['daemons'][number][] = [{ pid: own.pid, user: uid(), ours: true, status: own }]
  for (const { pid, user, ours, data } of await hostDaemons()) {
    const folder = data === null ? null : dataFolder({ WATCHBILL_DATA: data })
    if (pid === own.pid || folder?.path === own.folder) continue
    daemons.push({ pid, user, ours, status: ours && folder !== null ? await lookAt(folder) : null })
  }
  return { daemons }
}

const uid = (): string | null => process.getuid?.().toString() ?? null
