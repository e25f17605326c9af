/** What `watchbill init` writes: everything that can be set, commented out where the default holds. */
export const configTemplate = `# Watchbill, the daemon on this machine. Everything but the version may be left out.
# Check it: watchbill config validate. Then: watchbill restart. What each setting means: docs/daemon.md.
version: 2

# What of a tool call may leave this machine: none, request (program, subcommand, relative path, host; secrets cut out)
# or content. Unless set: request where the control plane is this machine, else none.
# payload: request

# Where sessions are read from. A runtime named here is read from these folders only; the others keep their own.
# providerSessionRoots:
#   claude-code: [~/.claude/projects]
#   codex: [~/.codex/sessions, ~/.codex/archived_sessions]

# Runtimes whose status is polled. name, everySeconds (10) and timeoutSeconds (5) may be set for each.
# runtimes:
#   - runtime: kato
#     path: ~/.kato/runtime            # the folder with status.json, or the file
#   - runtime: vak
#     url: http://127.0.0.1:8080
#   - runtime: skreaver
#     url: https://skreaver.example.org
#     tokenFile: ~/.skreaver-token     # one line, readable by you alone
#     privateNetwork: true             # it may lead to a private address
#   - runtime: fluffy-waffle
#     path: ~/project/.fluffy          # or socket: ~/project/.fluffy/ipc/kernel.sock

# How much may wait on disk while the control plane is away.
# spool:
#   maxBytes: 33554432

# flags:
#   claudeAgents: true   # ask \`claude agents\` which sessions live
#   export: true         # let \`watchbill export\` write session text on this machine
#   watch: true          # let the system say which files changed; else they are looked at every 2 to 15 s
`
