/** One line of the Prometheus text format. */
export interface Sample {
  readonly name: string
  readonly labels: readonly (readonly [name: string, value: string])[]
  readonly value: number
}

export type Exposition =
  | { readonly kind: 'ok'; readonly samples: readonly Sample[] }
  /** `line` counts from 1. */
  | { readonly kind: 'bad'; readonly line: number; readonly detail: string }

const mostSamples = 10_000
const metric = /^[a-zA-Z_:][a-zA-Z0-9_:]*/
const labelPair = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(,|(?=\}))/y
const rest = /^[ \t]+(\S+)(?:[ \t]+(-?\d{1,16}))?[ \t]*$/
const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/
const kinds = new Set(['counter', 'gauge', 'histogram', 'summary', 'untyped'])

/**
 * Reads the text exposition format 0.0.4 strictly: one bad line, one series given twice, and the whole is bad.
 * An empty body is well formed and says nothing.
 */
export const parseExposition = (text: string): Exposition => {
  const samples: Sample[] = []
  const series = new Set<string>()
  const typed = new Set<string>()
  const lines = text.split('\n')
  for (const [index, line] of lines.entries()) {
    const bad = (detail: string): Exposition => ({ kind: 'bad', line: index + 1, detail })
    if (line.trim() === '') continue
    if (line.startsWith('#')) {
      const fault = commentFault(line, typed)
      if (fault !== null) return bad(fault)
      continue
    }
    const sample = sampleOf(line)
    if (typeof sample === 'string') return bad(sample)
    const key = `${sample.name} ${JSON.stringify([...sample.labels].sort())}`
    if (series.has(key)) return bad('the same series stands twice')
    if (samples.length >= mostSamples) return bad(`there are more than ${mostSamples} samples`)
    series.add(key)
    samples.push(sample)
  }
  return { kind: 'ok', samples }
}

/** `# TYPE name kind` must make sense; HELP and every other comment is free text. */
const commentFault = (line: string, typed: Set<string>): string | null => {
  const [, word, name = '', kind = '', more] = line.split(/[ \t]+/)
  if (word !== 'TYPE') return null
  if (metric.exec(name)?.[0] !== name || !kinds.has(kind) || (more ?? '') !== '')
    return 'a TYPE line is damaged'
  if (typed.has(name)) return 'the type of one metric is given twice'
  typed.add(name)
  return null
}

const sampleOf = (line: string): Sample | string => {
  const name = metric.exec(line)?.[0]
  if (name === undefined) return 'a metric name was expected'
  const labels = labelsOf(line, name.length)
  if (labels === null) return 'the labels are damaged'
  const [, number] = rest.exec(line.slice(labels.end)) ?? []
  if (number === undefined) return 'a value was expected'
  const value = numberOf(number)
  return value === null ? 'the value is not a number' : { name, labels: labels.pairs, value }
}

const labelsOf = (line: string, start: number): { pairs: [string, string][]; end: number } | null => {
  const pairs: [string, string][] = []
  if (line[start] !== '{') return { pairs, end: start }
  let at = start + 1
  while (line[at] !== '}') {
    labelPair.lastIndex = at
    const [whole, name = '', raw = ''] = labelPair.exec(line) ?? []
    if (whole === undefined || pairs.some(([known]) => known === name)) return null
    pairs.push([name, raw.replace(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped))])
    at += whole.length
  }
  return { pairs, end: at + 1 }
}

const numberOf = (text: string): number | null => {
  if (text === 'NaN') return Number.NaN
  const infinite = /^([+-]?)Inf$/.exec(text)
  if (infinite !== null) return infinite[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  return decimal.test(text) ? Number(text) : null
}
