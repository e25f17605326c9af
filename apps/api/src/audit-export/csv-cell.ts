/**
 * Invisible, or able to move the cursor, turn the text around or end the line: control, format, half a surrogate pair,
 * separators, and the letters and marks that are drawn as nothing.
 */
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\ufffe\uffff]|\\(?=u\{)/gu

/** A spreadsheet takes what follows for a formula, wherever it begins a cell. */
const formula = '=+\\-@\\uff1d\\uff0b\\uff0d\\uff20\\ufe66\\ufe62\\ufe63\\ufe6b\\u2212'

/** Where a cell begins, or would for a program that splits at another delimiter than ours. */
const start = '(^|[,;|:])'

/** What must not stand there: a formula, also behind spaces and quotes, and our own mark, so that it can be told. */
const unsafe = new RegExp(`${start}(?='|[\\s"']*[${formula}])`, 'gu')
const marked = new RegExp(`${start}'`, 'gu')

const plain = /^[A-Za-z0-9][\w./:-]*$/

/**
 * One cell of a CSV file (RFC 4180) that no spreadsheet runs. Read back by `readCell`, after the quotes are gone: nothing
 * is lost. Null is an empty cell.
 */
export const formatCell = (value: string | number | null): string => {
  if (value === null) return ''
  const cell = String(value).replace(unseen, formatCode).replace(unsafe, "$1'")
  return plain.test(cell) ? cell : `"${cell.replaceAll('"', '""')}"`
}

const formatCode = (character: string): string => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`

/** What a cell says: one apostrophe goes at its start and behind each `, ; | :`, then `\u{…}` is the character it names. */
export const readCell = (cell: string): string =>
  cell
    .replace(marked, '$1')
    .replace(/\\u\{([0-9a-f]{1,6})\}/g, (_, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)))
