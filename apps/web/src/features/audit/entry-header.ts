/** A header as its text says, for reading; whether to believe it is the verifier's word, not ours. */
export interface ReadHeader {
  readonly ts: number | null
  readonly type: string
  readonly agent: string | null
  readonly decision: string | null
  readonly producer: string | null
  readonly pseq: number | null
  /** Every member in the order of the bytes, value as JSON. */
  readonly all: readonly (readonly [name: string, value: string])[]
}

const unreadable: ReadHeader = {
  ts: null,
  type: 'unreadable',
  agent: null,
  decision: null,
  producer: null,
  pseq: null,
  all: [],
}

/** Never throws: what cannot be read is shown as unreadable. */
export function readHeader(text: string): ReadHeader {
  const header = parse(text)
  if (header === null) return unreadable
  return {
    ts: asTime(header.get('ts')),
    type: asText(header.get('type')) ?? 'unreadable',
    agent: asText(header.get('agent')),
    decision: asText(header.get('decision')),
    producer: asText(header.get('producer')),
    pseq: asNumber(header.get('pseq')),
    all: [...header].map(([name, value]) => [name, asText(value) ?? JSON.stringify(value) ?? ''] as const),
  }
}

function parse(text: string): Map<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? new Map(Object.entries(value)) : null
  } catch {
    return null
  }
}

const asText = (value: unknown): string | null => (typeof value === 'string' ? value : null)
const asNumber = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? value : null

/** The range of an ECMAScript time value; a date beyond it could not be drawn. */
const asTime = (value: unknown): number | null => {
  const ms = asNumber(value)
  return ms !== null && Math.abs(ms) <= 8_640_000_000_000_000 ? ms : null
}

/** RFC 3339 for the components that draw times. */
export const instantOf = ({ ts }: ReadHeader): string | null =>
  ts === null ? null : new Date(ts).toISOString()
