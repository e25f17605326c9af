import { type TilePlace, tileWidth } from './place.ts'

/** `tile/0/x001/x234/067.p/112` (C2SP tlog-tiles): a tile below the log's prefix. */
export const formatTilePath = ({ level, n, width }: TilePlace): string =>
  `tile/${level}/${formatIndex(n)}${suffix(width)}`

/** `tile/entries/x001/x234/067.p/112`: the bundle of a level-0 tile's entries. */
export const formatBundlePath = ({ n, width }: Omit<TilePlace, 'level'>): string =>
  `tile/entries/${formatIndex(n)}${suffix(width)}`

/** A path below `tile/`, as either of the two above writes it; null for anything else, other spellings included. */
export const parseTilePath = (path: string): TilePlace | Omit<TilePlace, 'level'> | null => {
  const match = /^tile\/(entries|0|[1-9]\d?)\/((?:x\d{3}\/)*\d{3})(?:\.p\/([1-9]\d{0,2}))?$/.exec(path)
  if (!match) return null
  const [, level = '', digits = '', partial] = match
  const n = Number(digits.replaceAll(/[x/]/g, ''))
  const width = partial === undefined ? tileWidth : Number(partial)
  if (!Number.isSafeInteger(n) || digits !== formatIndex(n) || width > tileWidth) return null
  if (partial !== undefined && width === tileWidth) return null
  if (level === 'entries') return { n, width }
  return Number(level) > 63 ? null : { level: Number(level), n, width }
}

const suffix = (width: number): string => (width === tileWidth ? '' : `.p/${width}`)

/** Groups of three digits; all but the last begin with x, so that no file shares its name with a folder. */
const formatIndex = (n: number): string => {
  const digits = String(n)
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/\d{3}/g) ?? []
  return groups.map((group, index) => (index === groups.length - 1 ? group : `x${group}`)).join('/')
}
