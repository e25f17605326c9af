import { revealText } from '../../lib/reveal.ts'

/** One word of a POSIX shell, whatever is in it. */
export const shellWord = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

/**
 * The query as a command. Null where it holds characters nobody would see: what is pasted into a terminal must be what was
 * read on the page.
 */
export function auditCommand(q: string | null, workspace: string | null): string | null {
  const text = q ?? ''
  if (revealText(text).some(({ hidden }) => hidden)) return null
  const where = workspace === null ? '' : ` --workspace ${shellWord(workspace)}`
  return `npx watchbill audit ${shellWord(text)}${where}`
}
