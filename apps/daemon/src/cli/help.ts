export const helpText = `watchbill: shows what every coding agent on this machine is doing, to its control plane.

On this machine
  start [--foreground] [--json]   start the daemon; returns when it is ready
  stop [--json]                   stop it and wait until it is gone
  status [--json]                 is it running, what did it find, does it reach the control plane
  enroll --api <url> [--name <machine>] [--json]
                                  join a control plane; the token comes from WATCHBILL_ENROLL_TOKEN
                                  or standard input, never from the command line
  uninstall [--dry-run] [--keep-data] [--json]
                                  list what the install script put here, stop the daemon, remove all of it

Anywhere
  audit '<query>' [--limit <n>] [--verify] [--json] | --count | --csv | --follow  [--api <url>] [--key-file <file>]
                                  ask the audit log; the key comes from WATCHBILL_KEY or a file
  verify <file|folder|link|workspace> [--key <key>] [--policy <file>] [--json]
                                  check an audit log, an entry of it, a share link ('<link>', in quotes; it is counted) or
                                  document, an archive of entries or an export; exit code 0 holds, 1 does not, 2 asked wrongly
  witness [trust|key] [--name <name>] [--port 4141] [--folder <folder>]
                                  cosign the checkpoints of logs you trust

Where the control plane is installed
  key, sign-in, demo, migrate, workspace, log   (each explains itself: watchbill key --help)

Also
  help, version

Data lies in WATCHBILL_DATA (default .watchbill). Only metadata leaves this machine: no prompt, no answer, no file content.`
