import { existsSync } from 'node:fs'
import { loadConfig, parseConfig } from '../config/load.ts'
import { dataFolder } from '../data-folder.ts'
import type { Manager } from '../service/service-manager.ts'
import { homeOf } from './home.ts'
import { plannedManager } from './service.ts'
import type { Terminal } from './terminal.ts'

/** What `service install` wrote for the data folder of this environment, for the user and for the whole system. */
export const findServices = async (bundleUrl: string, terminal: Terminal): Promise<Manager[]> => {
  const folder = dataFolder(terminal.env)
  const home = homeOf(terminal.env)
  // A config that is not understood must not keep anybody from taking the service away.
  const plain = () => parseConfig(folder.config, 'version: 2\n', home)
  const config = await loadConfig(folder.config, home).catch(plain)
  const managerOf = (user: boolean): Manager | null => {
    try {
      return plannedManager(bundleUrl, { folder, config }, terminal, user)
    } catch {
      return plannedManager(bundleUrl, { folder, config: plain() }, terminal, user)
    }
  }
  return (isRoot() ? [true, false] : [true])
    .map(managerOf)
    .filter((manager): manager is Manager => manager !== null && existsSync(manager.path))
}

const isRoot = (): boolean => process.getuid?.() === 0
