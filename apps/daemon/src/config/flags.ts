/** Feature flags and what they are when the config says nothing: the one place that names them. */
export const flagDefaults = {
  /** Ask `claude agents` which sessions live; the one reason to start a process. */
  claudeAgents: true,
  /** Let `watchbill export` write session text to a file or the terminal of this machine. */
  export: true,
  /** Let the system say which files changed; without it, and where it cannot, they are looked at every 2 to 15 s. */
  watch: true,
}

export type Flags = { readonly [K in keyof typeof flagDefaults]: boolean }
