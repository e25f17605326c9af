import type { Service } from './service.ts'

/** The unit file. `scope` user: of the user who installs it; system: for the user named. */
export const systemdUnit = (service: Service, scope: 'user' | { readonly system: string }): string => {
  const { name, argv, env, folder } = service
  return `# Written by: watchbill service install. To take it away: watchbill service uninstall
[Unit]
Description=Watchbill daemon (${oneLine(name)})
After=network-online.target
StartLimitIntervalSec=60
StartLimitBurst=5

[Service]
Type=simple
${scope === 'user' ? '' : `User=${plainUser(scope.system)}\n`}WorkingDirectory=${unquoted(folder.path)}
${Object.entries(env)
  .map(([key, value]) => `Environment=${quoted(`${key}=${value}`)}`)
  .join('\n')}
ExecStart=${argv.map((word) => quoted(word).replaceAll('$', '$$$$')).join(' ')}
Restart=on-failure
RestartSec=5
RestartPreventExitStatus=2
TimeoutStopSec=30
UMask=0077
LimitCORE=0
NoNewPrivileges=true

[Install]
WantedBy=${scope === 'user' ? 'default' : 'multi-user'}.target
`
}

/** systemd.syntax(7): C escapes inside double quotes, `%` doubled everywhere. */
const quoted = (text: string): string =>
  `"${oneLine(text).replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('%', '%%')}"`

/** A path setting takes the rest of the line as it is. */
const unquoted = (text: string): string => oneLine(text).replaceAll('%', '%%')

const oneLine = (text: string): string => {
  if (/\p{Cc}/u.test(text)) throw new RangeError('a control character cannot stand in a unit file')
  return text
}

const plainUser = (name: string): string => {
  if (!/^[a-z_][a-z0-9_.-]*\$?$/i.test(name)) throw new RangeError('not the name of a user')
  return name
}
