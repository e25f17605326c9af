/** What has come of an export so far; `of` is null where the server did not say. */
export interface SaveProgress {
  readonly entries: number
  readonly of: number | null
  readonly bytes: number
}

export interface SavedExport {
  readonly blob: Blob
  readonly name: string
}

/** Pieces are handed to the browser's own store as soon as there is this much, so that a long export fits. */
const pieceBytes = 8 * 1024 * 1024

/** Reads an export to its end. Throws when it is refused, and when it breaks off. */
export async function saveExport(
  address: string,
  signal: AbortSignal,
  tell: (progress: SaveProgress) => void,
): Promise<SavedExport> {
  const response = await fetch(address, { signal, cache: 'no-store' })
  if (!response.ok || response.body === null) throw new Error(await whyNot(response))
  const total = Number(response.headers.get('watchbill-total') ?? Number.NaN)
  const of = Number.isSafeInteger(total) ? total : null
  const counter = createEntryCounter()
  const reader = response.body.getReader()
  const type = response.headers.get('content-type') ?? 'application/jsonl'
  let parts: BlobPart[] = []
  let [held, bytes] = [0, 0]
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    counter.add(value)
    parts.push(value)
    held += value.length
    bytes += value.length
    if (held > pieceBytes) {
      parts = [new Blob(parts)]
      held = 0
    }
    tell({ entries: counter.entries, of, bytes })
  }
  if (of !== null && counter.entries !== of)
    throw new Error(`it broke off after ${counter.entries} of ${of} entries`)
  return { blob: new Blob(parts, { type }), name: nameOf(response) }
}

async function whyNot(response: Response): Promise<string> {
  const problem: unknown = await response.json().catch(() => null)
  const has = new Map(Object.entries(typeof problem === 'object' && problem !== null ? problem : {}))
  const said = ['detail', 'mend'].flatMap((name) => {
    const text = has.get(name)
    return typeof text === 'string' ? [text] : []
  })
  return said.length === 0 ? `the control plane answered ${response.status}` : said.join(' ')
}

const nameOf = (response: Response): string => {
  const said = /filename="([\w.-]{1,120})"/.exec(response.headers.get('content-disposition') ?? '')
  return said?.[1] ?? 'entries.jsonl'
}

/** Counts the entry lines of an export as its bytes go by: `{"ent…`, while others begin `{"kin`, `{"gap`, `{"end`. */
export function createEntryCounter() {
  /** Bytes up to the one that tells; null within a line that was told. */
  let due: number | null = 4
  let entries = 0
  return {
    get entries() {
      return entries
    },
    add(bytes: Uint8Array): void {
      let at = 0
      while (at < bytes.length) {
        if (due !== null) {
          if (at + due >= bytes.length) {
            due -= bytes.length - at
            return
          }
          at += due
          if (bytes[at] === 0x74) entries += 1
          due = null
        }
        const end = bytes.indexOf(0x0a, at)
        if (end < 0) return
        at = end + 1
        due = 4
      }
    },
  }
}
