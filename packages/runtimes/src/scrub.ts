import { assignments, shapes } from './secrets.ts'

/** Letters, digits and what base64 adds: long enough to be a key. */
const tokens = /(?<![A-Za-z0-9])(sha\d{1,3}[-:])?([A-Za-z0-9][A-Za-z0-9+/_-]{22,}={0,2})/g
const uuids = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![0-9a-f])/gi
const hex = /^[0-9a-f]+$/i
const gitHash = 40

const classOf = (unit: number): 'digit' | 'upper' | 'lower' | null =>
  unit >= 48 && unit <= 57 ? 'digit' : unit >= 65 && unit <= 90 ? 'upper' : unit >= 97 ? 'lower' : null

/**
 * Share of places where the sort of character changes, capitals that begin a word apart. Random base64 is near 0.45;
 * names, paths, dates and identifiers stay below 0.25.
 */
const unrest = (text: string): number => {
  let changes = 0
  let counted = 0
  let before: ReturnType<typeof classOf> = null
  for (let index = 0; index < text.length; index += 1) {
    const now = classOf(text.charCodeAt(index))
    if (now !== null) counted += 1
    if (now !== null && before !== null && now !== before && !(before === 'upper' && now === 'lower'))
      changes += 1
    before = now
  }
  return counted === 0 ? 0 : changes / counted
}

/** Could this run of characters be a key? Digests with their prefix, git hashes and UUIDs are not. */
const isRandom = (run: string): boolean => {
  const text = run.replace(uuids, '')
  if (text.length < 20) return false
  if (hex.test(text))
    return text.length >= 32 && text.length !== gitHash && /\d/.test(text) && /[a-f]/i.test(text)
  return /\d/.test(text) && /[A-Za-z]/.test(text) && unrest(text) >= 0.28
}

/** Only secrets with a shape of their own: for ids and names, which may look random and must stay what they are. */
export const scrubShapes = (text: string): string => {
  let clean = text
  for (const { pattern, with: by } of shapes) clean = clean.replace(pattern, by)
  return clean
}

/**
 * Text without secrets, as far as text tells: keys of known shape, PEM blocks, credentials in URLs, headers and
 * assignments, and long random runs. Pure, linear in the text; a second pass changes nothing that matters.
 */
export const scrub = (text: string): string => {
  let clean = scrubShapes(text)
  for (const { pattern, replace } of assignments) clean = clean.replace(pattern, replace)
  return clean.replace(tokens, (whole, digest: string | undefined, run: string) =>
    digest === undefined && isRandom(run.replace(/=+$/, '')) ? '[redacted key]' : whole,
  )
}
