import { base64, decodeHash } from '../base64.ts'

/** That an entry stands in a log, in one file (C2SP tlog-proof). Nothing here has been checked. */
export interface TlogProof {
  /** Not authenticated by the format; null when absent. */
  readonly extra: Uint8Array | null
  readonly index: number
  /** RFC 6962 inclusion path, the leaf's sibling first. */
  readonly hashes: readonly Uint8Array[]
  /** Signed note, verbatim. */
  readonly checkpoint: string
}

const firstLine = 'c2sp.org/tlog-proof@v1'
const maxHashes = 63

/** Throws RangeError for what `parseTlogProof` would refuse. */
export const formatTlogProof = ({
  extra = null,
  index,
  hashes,
  checkpoint,
}: Omit<TlogProof, 'extra'> & Partial<Pick<TlogProof, 'extra'>>): string => {
  const lines = [
    firstLine,
    ...(extra === null ? [] : [`extra ${base64.encode(extra)}`]),
    `index ${index}`,
    ...hashes.map(base64.encode),
  ]
  const text = `${lines.join('\n')}\n\n${checkpoint}`
  if (parseTlogProof(text) === null) throw new RangeError('an index, a hash or the checkpoint is out of form')
  return text
}

/** TRUST BOUNDARY: null for anything the format does not spell, another writing of a number or of base64 included. */
export const parseTlogProof = (text: string): TlogProof | null => {
  const split = text.indexOf('\n\n')
  if (split === -1) return null
  const [first, ...lines] = text.slice(0, split).split('\n')
  const extra = lines[0]?.startsWith('extra ') ? base64.decode(lines.shift()?.slice(6) ?? '') : null
  const index = parseIndex(lines.shift() ?? '')
  const hashes = lines.flatMap((line) => decodeHash(line) ?? [])
  const checkpoint = text.slice(split + 2)
  const whole = hashes.length === lines.length && hashes.length <= maxHashes && checkpoint !== ''
  return first === firstLine && index !== null && whole ? { extra, index, hashes, checkpoint } : null
}

const parseIndex = (line: string): number | null => {
  const [, digits] = /^index (0|[1-9]\d{0,15})$/.exec(line) ?? []
  const index = Number(digits)
  return Number.isSafeInteger(index) ? index : null
}
