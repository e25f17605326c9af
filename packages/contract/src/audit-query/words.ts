/**
 * The words of a text as SQLite's FTS5 splits it (`unicode61 remove_diacritics 2`), near enough: runs of letters, digits
 * and private-use characters, in lower case and without marks.
 */
export const splitWords = (text: string): readonly string[] =>
  text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .match(/[\p{L}\p{N}\p{Co}]+/gu) ?? []
