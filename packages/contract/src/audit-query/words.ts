/**
 * The words of a text as SQLite's FTS5 splits it (`unicode61 remove_diacritics 2`), near enough: runs of letters, digits
 * and private-use characters, in lower case and without accents. Its tables are those of Unicode 6; nobody else has them.
 */
export const splitWords = (text: string): readonly string[] =>
  // Composed again: a Hangul syllable taken apart would begin another one.
  text
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .normalize('NFC')
    .toLowerCase()
    .match(word) ?? []

const word = /[\p{L}\p{N}\p{Co}]+/gu
