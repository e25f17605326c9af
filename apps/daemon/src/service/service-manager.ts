import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { launchdLabel, launchdPlist } from './launchd.ts'
import type { Service } from './service.ts'
import { systemdUnit } from './systemd.ts'

/** How one system keeps services: what to write where, and what to run then. */
export interface Manager {
  readonly path: string
  readonly text: string
  readonly add: readonly (readonly string[])[]
  readonly remove: readonly (readonly string[])[]
  /** What is still the user's to do; null when nothing is. */
  readonly hint: string | null
}

export interface Account {
  readonly platform: NodeJS.Platform
  readonly home: string
  readonly uid: number
  readonly userName: string
  readonly env: NodeJS.ProcessEnv
  /** False: for the whole system, which takes root. */
  readonly user: boolean
}

/** Null where there is neither systemd nor launchd. */
export const managerOf = (service: Service, account: Account): Manager | null => {
  if (account.platform === 'linux') return systemd(service, account)
  return account.platform === 'darwin' ? launchd(service, account) : null
}

const systemd = (service: Service, { home, userName, env, user }: Account): Manager => {
  const unit = `${service.name}.service`
  const folder = user
    ? join(env.XDG_CONFIG_HOME || join(home, '.config'), 'systemd/user')
    : '/etc/systemd/system'
  const systemctl = (...words: string[]) => ['systemctl', ...(user ? ['--user'] : []), ...words]
  return {
    path: join(folder, unit),
    text: systemdUnit(service, user ? 'user' : { system: userName }),
    add: [systemctl('daemon-reload'), systemctl('enable', unit), systemctl('restart', unit)],
    remove: [systemctl('disable', '--now', unit)],
    hint: user ? 'it ends when you log out, unless: loginctl enable-linger' : null,
  }
}

const launchd = (service: Service, { home, uid, user }: Account): Manager => {
  const label = launchdLabel(service)
  const domain = user ? `gui/${uid}` : 'system'
  const folder = user ? join(home, 'Library/LaunchAgents') : '/Library/LaunchDaemons'
  const path = join(folder, `${label}.plist`)
  return {
    path,
    text: launchdPlist(service),
    add: [['launchctl', 'bootstrap', domain, path]],
    remove: [['launchctl', 'bootout', `${domain}/${label}`]],
    hint: null,
  }
}

/** Runs one command of a manager to its end. Rejects with what it said. */
export const runManager = async (words: readonly string[], env: NodeJS.ProcessEnv): Promise<void> => {
  const [program = '', ...args] = words
  await promisify(execFile)(program, args, { env, timeout: 60_000 })
}
