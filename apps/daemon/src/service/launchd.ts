import type { Service } from './service.ts'

export const launchdLabel = ({ name }: Service): string => `dev.${name.replace('-', '.')}`

/** The property list of a launchd agent or daemon. */
export const launchdPlist = (service: Service): string => {
  const { argv, env, folder } = service
  const dictionary = Object.entries(env).map(
    ([key, value]) => `    <key>${xml(key)}</key>\n    ${text(value)}`,
  )
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<!-- Written by: watchbill service install. To take it away: watchbill service uninstall -->
<plist version="1.0">
<dict>
  <key>Label</key>
  ${text(launchdLabel(service))}
  <key>ProgramArguments</key>
  <array>
${argv.map((word) => `    ${text(word)}`).join('\n')}
  </array>
  <key>EnvironmentVariables</key>
  <dict>
${dictionary.join('\n')}
  </dict>
  <key>WorkingDirectory</key>
  ${text(folder.path)}
  <key>StandardErrorPath</key>
  ${text(folder.crash)}
  <key>RunAtLoad</key>
  <true/>
  <key>KeepAlive</key>
  <dict>
    <key>SuccessfulExit</key>
    <false/>
  </dict>
  <key>ProcessType</key>
  <string>Background</string>
  <key>ExitTimeOut</key>
  <integer>30</integer>
  <key>Umask</key>
  <integer>63</integer>
</dict>
</plist>
`
}

const text = (value: string): string => `<string>${xml(value)}</string>`

const xml = (value: string): string => {
  if (/\p{Cc}/u.test(value)) throw new RangeError('a control character cannot stand in a property list')
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
