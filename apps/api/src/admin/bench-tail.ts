import { Agent, get, type IncomingMessage, request } from 'node:http'
import { openConnection } from '../db/connection.ts'
import { createEntryMaker, samplePayload } from './bench-entries.ts'
import { type BenchRow, goalRow, median, plainRow } from './bench-row.ts'
import { type BenchServer, servedDatabase, startServer } from './bench-server.ts'

interface Tail {
  /** `servedDatabase` of it holds a log of so many entries, indexed to its end. */
  readonly folder: string
  readonly entries: number
  readonly quick: boolean
  readonly say: (line: string) => void
}

/** What producers of this bench write, and nothing else in the log answers to. */
const asked = `session:${samplePayload(0).session} tool:Bash "git push"`

/**
 * The server as it ships over a large log, its follower on: how long after it was sent an entry is told to a reader of the
 * stream, one now and then and a thousand a second; and how far the index is behind when ten thousand a second end.
 */
export const benchTail = async ({ folder, entries, quick, say }: Tail): Promise<BenchRow[]> => {
  const server = await startServer(folder)
  try {
    const producers = await createProducers(server, 4)
    const alone = producers.slice(0, 1)
    const reader = await openReader(server, await server.key('audit:read'))
    say('entries one by one, and a reader of the stream')
    // Compiled and warm, as a server is that has run for a while.
    await told(reader, alone, { perSecond: 10, seconds: 1, batch: 1 })
    const steady = await told(reader, alone, { perSecond: 10, seconds: quick ? 2 : 12, batch: 1 })
    say('1,000 entries a second, and a reader of the stream')
    const burst = await told(reader, producers, { perSecond: 1000, seconds: quick ? 1 : 5, batch: 20 })
    reader.close()
    say('10,000 entries a second, and the index behind them')
    const flood = { perSecond: 10_000, seconds: quick ? 2 : 6, batch: 500 }
    const lag = await lagAfter(folder, () => send(producers, flood))
    for (const { agent } of producers) agent.destroy()
    const into = `into a log of ${entries}, each by itself; asked: ${asked}`
    return [
      goalRow('stream latency p95', at(steady, 0.95), 'ms', ['<=', 1000], `${spread(steady)}; ${into}`),
      plainRow('stream latency p95, 1,000 entries a second', at(burst, 0.95), 'ms', spread(burst)),
      plainRow(
        'index behind, after 10,000 entries a second',
        lag.entries,
        'entries',
        `after ${flood.seconds} s of it (${Math.round(lag.perSecond)}/s were taken); nothing but the follower reads`,
      ),
      plainRow('index at the end again', lag.ms, 'ms', 'after the last of these was acknowledged'),
    ]
  } finally {
    await server.stop()
  }
}

/** Numbers and chains entries as a machine does, over a connection and with a credential of its own. */
interface Producer {
  readonly agent: Agent
  next(count: number): { readonly headers: readonly string[]; readonly body: Buffer }
  /** Resolves when they are durable. */
  post(body: Buffer): Promise<void>
}

/** Called with the headers of a batch right before it is sent. */
type OnSent = (headers: readonly string[]) => void

const createProducers = (server: BenchServer, count: number): Promise<Producer[]> =>
  Promise.all(Array.from({ length: count }, async () => createProducer(server.port, await server.key())))

const createProducer = (port: number, token: string): Producer => {
  const make = createEntryMaker('default')
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  return {
    agent,
    next(count) {
      const made = Array.from({ length: count }, make)
      const headers = made.map(({ header }) => Buffer.from(header).toString())
      const entries = made.map(({ opened }, index) => {
        const salt = Buffer.from(opened?.salt ?? []).toString('base64url')
        return `{"header":${JSON.stringify(headers[index])},"payload":${opened?.payload},"salt":"${salt}"}`
      })
      return { headers, body: Buffer.from(`{"entries":[${entries.join(',')}]}`) }
    },
    async post(body) {
      const headers = {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'content-length': body.length,
      }
      const options = { agent, port, host: '127.0.0.1', path: '/v1/audit/entries', method: 'POST', headers }
      const answer = await new Promise<IncomingMessage>((resolve, reject) =>
        request(options, resolve).on('error', reject).end(body),
      )
      let text = ''
      for await (const chunk of answer) text += chunk
      if (answer.statusCode !== 200) throw new Error(`${answer.statusCode} ${text.slice(0, 500)}`)
    },
  }
}

interface Load {
  /** Entries a second, of all producers together. */
  readonly perSecond: number
  readonly seconds: number
  /** Entries of one request. */
  readonly batch: number
}

/** Requests of all producers in turn, each when it is due or, where it is late, at once. Entries a second that were taken. */
const send = async (
  producers: readonly Producer[],
  { perSecond, seconds, batch }: Load,
  onSent: OnSent = () => {},
): Promise<number> => {
  const each = Math.ceil((perSecond * seconds) / batch / producers.length)
  // Ready before the first one is due: this process does nothing but send.
  const ready = producers.map((producer) => Array.from({ length: each }, () => producer.next(batch)))
  const started = performance.now()
  const run = async (producer: Producer, turn: number) => {
    for (const [index, { headers, body }] of (ready[turn] ?? []).entries()) {
      const due = started + ((index * producers.length + turn) * 1000 * batch) / perSecond
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())))
      onSent(headers)
      await producer.post(body)
    }
  }
  await Promise.all(producers.map(run))
  return (each * producers.length * batch * 1000) / (performance.now() - started)
}

interface Reader {
  /** When each header was sent, until it was told. */
  readonly sentAt: Map<string, number>
  /** ms from sending an entry to the event that carries it; gone once taken. */
  take(): number[]
  close(): void
}

/** Resolves when the stream said hello. */
const openReader = async ({ port }: BenchServer, token: string): Promise<Reader> => {
  const sentAt = new Map<string, number>()
  let latencies: number[] = []
  const path = `/v1/audit/stream?${new URLSearchParams({ q: asked })}`
  const headers = { authorization: `Bearer ${token}` }
  const stream = await new Promise<IncomingMessage>((resolve, reject) => {
    get({ port, host: '127.0.0.1', path, headers, agent: false }, resolve).on('error', reject)
  })
  if (stream.statusCode !== 200) throw new Error(`the stream answered ${stream.statusCode}`)
  const onEvent = (event: string): void => {
    const now = performance.now()
    const data = /^data: (.*)$/m.exec(event)?.[1]
    if (data === undefined || !event.includes('event: entries\n')) return
    const { entries }: { entries: readonly { readonly header: string }[] } = JSON.parse(data)
    for (const { header } of entries) {
      const sent = sentAt.get(header)
      if (sent !== undefined && sentAt.delete(header)) latencies.push(now - sent)
    }
  }
  let rest = ''
  await new Promise<void>((resolve) => {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      const events = (rest + chunk).split('\n\n')
      rest = events.pop() ?? ''
      events.forEach(onEvent)
      resolve()
    })
  })
  const take = () => {
    const taken = latencies
    latencies = []
    return taken
  }
  return { sentAt, take, close: () => void stream.destroy() }
}

const patienceMs = 30_000

/** Latencies of all that was sent, ms, ascending. Throws when one of them is never told. */
const told = async (reader: Reader, producers: readonly Producer[], load: Load): Promise<number[]> => {
  await send(producers, load, (headers) => {
    const now = performance.now()
    for (const header of headers) reader.sentAt.set(header, now)
  })
  const ended = performance.now()
  while (reader.sentAt.size > 0) {
    if (performance.now() - ended > patienceMs) throw new Error(`${reader.sentAt.size} entries were not told`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return reader.take().sort((a, b) => a - b)
}

/** Read past the server: whoever asks it about the index brings the index up to date. */
const lagAfter = async (folder: string, work: () => Promise<number>) => {
  const connection = openConnection({ path: servedDatabase(folder), busyMs: 5000, queryOnly: true })
  const lag = (): number => {
    const sql = `SELECT l.size - i.indexed AS lag FROM logs l JOIN audit_index i USING (workspace_id)
      WHERE workspace_id = 'default'`
    return Number(connection.run({ sql, args: [] }).rows[0]?.lag)
  }
  try {
    const perSecond = await work()
    const [entries, ended] = [lag(), performance.now()]
    while (lag() > 0) {
      if (performance.now() - ended > patienceMs) throw new Error(`the index stays ${lag()} entries behind`)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    return { perSecond, entries, ms: performance.now() - ended }
  } finally {
    connection.close()
  }
}

const at = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN

const spread = (sorted: readonly number[]): string =>
  `p50 ${Math.round(median(sorted))} ms, most ${Math.round(at(sorted, 1))} ms; ${sorted.length} entries`
