/**
 * The statements of a SQL file, comments and trailing semicolons left off. Knows quotes, comments and CREATE TRIGGER
 * bodies, which end at `; END ;` (the rule of sqlite3_complete).
 */
export const splitSql = (script: string): string[] => {
  const statements: string[] = []
  let text = ''
  let body = false
  for (const token of script.match(tokens) ?? []) {
    if (token.startsWith('--') || token.startsWith('/*')) text += ' '
    else if (token !== ';') {
      text += token
      if (!body && triggerStart.test(text)) body = true
    } else if (body && !triggerEnd.test(text)) text += ';'
    else {
      if (text.trim() !== '') statements.push(text.trim())
      text = ''
      body = false
    }
  }
  if (text.trim() !== '') statements.push(text.trim())
  return statements
}

const tokens =
  /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|;|\s+|\w+|[^\s\w;]/g
const triggerStart = /^\s*create\s+(?:temp(?:orary)?\s+)?trigger\s$/i
const triggerEnd = /;\s*end\s*$/i
