/** Evidence as it stands in a page: no `<` of it can end the element (SECURITY "Share links"). */
export const escapeEvidence = (text: string): string => text.replaceAll('<', '\\u003c')

/** Back to the exact text. Canonical JSON never writes `<` that way, but a backslash that is said may stand before `u003c`. */
export const unescapeEvidence = (text: string): string =>
  text.replace(/\\\\|\\u003c/g, (found) => (found === '\\\\' ? found : '<'))
