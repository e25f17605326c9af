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

Where the control plane is installed
  key, sign-in, demo, migrate, init   (each explains itself: watchbill key --help)

Also
  help, version

Data lies in WATCHBILL_DATA (default .watchbill). Only metadata leaves this machine: no prompt, no answer, no file content.`
