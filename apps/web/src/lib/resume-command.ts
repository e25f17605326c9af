/** How each runtime's own command takes up a session again by its native id. */
const resumeWords: Readonly<Record<string, string>> = {
  'claude-code': 'claude --resume',
  codex: 'codex resume',
  'gemini-cli': 'gemini --resume',
}

// Trust boundary: the id comes from a file an agent writes, and this line is pasted into a shell.
// A leading letter or digit keeps it from being read as an option.
const safeId = /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/

/** The line that resumes a session, or null: unknown runtime, a sub-agent, or an id no shell should see. */
export const resumeCommand = (session: {
  readonly runtime: string
  readonly nativeId: string
  readonly kind: 'main' | 'subagent'
}): string | null => {
  const words = Object.hasOwn(resumeWords, session.runtime) ? resumeWords[session.runtime] : undefined
  if (words === undefined || session.kind !== 'main' || !safeId.test(session.nativeId)) return null
  return `${words} ${session.nativeId}`
}
