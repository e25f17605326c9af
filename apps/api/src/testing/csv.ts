/** Rows of a CSV text as RFC 4180 has it, and nothing else: a lone quote, CR or LF throws. */
export const parseCsv = (text: string, delimiter = ','): string[][] => {
  const rows: string[][] = []
  let row: string[] = []
  let at = 0
  const cell = new RegExp(`"((?:[^"]|"")*)"|[^"\\r\\n${delimiter}]*`, 'uy')
  while (at < text.length) {
    cell.lastIndex = at
    const [found = '', quoted] = cell.exec(text) ?? []
    row.push(quoted === undefined ? found : quoted.replaceAll('""', '"'))
    at += found.length
    if (text.startsWith('\r\n', at)) {
      rows.push(row)
      row = []
      at += 2
    } else if (text[at] === delimiter) at += 1
    else throw new Error(`no CSV at ${at}: ${JSON.stringify(text.slice(at, at + 20))}`)
  }
  if (row.length > 0) throw new Error('the last row does not end')
  return rows
}

/** The loose way of spreadsheets: quotes count at the start of a cell only, whatever is wrong is taken as it stands. */
export const splitLoosely = (text: string, delimiter: string): string[] => {
  const cells: string[] = []
  let at = 0
  while (at <= text.length) {
    let cell = ''
    if (text[at] === '"') {
      for (at += 1; at < text.length; at += 1) {
        if (text[at] !== '"') cell += text[at]
        else if (text[at + 1] === '"') {
          cell += '"'
          at += 1
        } else break
      }
      at += 1
    }
    for (; at < text.length && text[at] !== delimiter && text[at] !== '\r' && text[at] !== '\n'; at += 1)
      cell += text[at]
    cells.push(cell)
    at += 1
  }
  return cells
}
