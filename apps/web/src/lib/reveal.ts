/** A run of plain text, or one character a reader would not see, as its code point (`U+202E`). */
export interface Run {
  readonly text: string
  readonly hidden: boolean
}

/** First and last of each range a reader would not see. */
const hiddenRanges: readonly (readonly [number, number])[] = [
  // Controls, soft hyphen, joiners and fillers.
  [0x0, 0x1f],
  [0x7f, 0x9f],
  [0xad, 0xad],
  [0x34f, 0x34f],
  [0x61c, 0x61c],
  [0x115f, 0x1160],
  [0x17b4, 0x17b5],
  [0x180b, 0x180f],
  // Zero-width, bidi marks, overrides and isolates, invisible operators.
  [0x200b, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x206f],
  [0x3164, 0x3164],
  // Lone surrogates, variation selectors, byte order mark, specials, tags.
  [0xd800, 0xdfff],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
  [0xffa0, 0xffa0],
  [0xfff0, 0xfffb],
  [0x1d173, 0x1d17a],
  [0xe0000, 0xe0fff],
]

function isHidden(character: string): boolean {
  const code = character.codePointAt(0) ?? 0
  return hiddenRanges.some(([first, last]) => code >= first && code <= last)
}

/** Splits agent text so that nothing in it stays unseen (SECURITY "agent text is text nodes only"). */
export function revealText(text: string): Run[] {
  const runs: Run[] = []
  let plain = ''
  for (const character of text) {
    if (!isHidden(character)) {
      plain += character
      continue
    }
    if (plain !== '') runs.push({ text: plain, hidden: false })
    plain = ''
    runs.push({ text: codePoint(character), hidden: true })
  }
  if (plain !== '') runs.push({ text: plain, hidden: false })
  return runs
}

/** The same as one string, for titles and labels: `rm<U+202E>`. */
export function plainText(text: string): string {
  return revealText(text)
    .map((run) => (run.hidden ? `<${run.text}>` : run.text))
    .join('')
}

function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
}
