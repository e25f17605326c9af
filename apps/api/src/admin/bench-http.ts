import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { join } from 'node:path'
import { createEntryMaker } from './bench-entries.ts'
import { type Bench, type BenchRow, goalRow, plainRow } from './bench-row.ts'
import { type BenchServer, startServer } from './bench-server.ts'

/** Entries of one request: as many as one may hold. */
const batch = 500
/** Producers, each with a credential and a connection of its own, as so many machines have. */
const machines = 4
const mebibyte = 1024 * 1024

/**
 * The server as it ships, in a process of its own beside this one: 10,000 entries a second over HTTP for a minute, and
 * then as fast as it takes them. Batches lie ready in a file, so that this process does nothing but send.
 */
export const benchHttp = async ({ folder, quick, say }: Bench): Promise<BenchRow[]> => {
  const server = await startServer(folder)
  try {
    const [perSecond, seconds] = [10_000, quick ? 5 : 60]
    say(`${perSecond.toLocaleString('en')} entries a second over HTTP, for ${seconds} s`)
    const bodies = prepare(
      join(folder, 'bodies'),
      Math.ceil((perSecond * (seconds + (quick ? 3 : 10))) / batch),
    )
    const tokens: string[] = []
    for (let machine = 0; machine < machines; machine += 1) tokens.push(await server.key())
    const send = (count: number, pace: number) => load(server, bodies, { count, pace, tokens })
    // Compiled and warm, as a server is that has run for a while.
    await send(machines * (quick ? 4 : 20), 0)
    const paced = await send((perSecond * seconds) / batch, perSecond / batch)
    const free = await send(bodies.left(), 0)
    bodies.close()
    return rowsOf(paced, free, seconds)
  } finally {
    await server.stop()
  }
}

interface Bodies {
  /** The next request of this producer. */
  next(machine: number): Buffer
  left(): number
  close(): void
}

/** Requests of all producers in turn, one behind the other in a file. */
const prepare = (path: string, count: number): Bodies => {
  const file = openSync(path, 'w+')
  const makers = Array.from({ length: machines }, () => createEntryMaker('default'))
  const places: { at: number; length: number }[][] = makers.map(() => [])
  let at = 0
  for (let index = 0; index < count; index += 1) {
    const next = makers[index % machines]
    if (next === undefined) continue
    const body = Buffer.from(`{"entries":[${Array.from({ length: batch }, () => sent(next())).join(',')}]}`)
    writeSync(file, body)
    places[index % machines]?.push({ at, length: body.length })
    at += body.length
  }
  return {
    next(machine) {
      const place = places[machine]?.shift()
      if (place === undefined) throw new Error('no batch is left')
      const body = Buffer.alloc(place.length)
      readSync(file, body, 0, place.length, place.at)
      return body
    },
    left: () => Math.min(...places.map(({ length }) => length)) * machines,
    close: () => closeSync(file),
  }
}

const sent = ({ header, opened }: ReturnType<ReturnType<typeof createEntryMaker>>): string =>
  `{"header":${JSON.stringify(Buffer.from(header).toString())},"payload":${opened?.payload},"salt":"${Buffer.from(
    opened?.salt ?? [],
  ).toString('base64url')}"}`

interface Load {
  readonly count: number
  /** Requests a second; 0: each when the one before is answered. */
  readonly pace: number
  readonly tokens: readonly string[]
}

interface Loaded {
  readonly perSecond: number
  readonly perCpuSecond: number
  readonly mostRss: number
  /** ms, sorted */
  readonly answers: readonly number[]
}

const load = async (server: BenchServer, bodies: Bodies, { count, pace, tokens }: Load): Promise<Loaded> => {
  const agent = new Agent({ keepAlive: true, maxSockets: machines })
  const [started, cpu] = [performance.now(), server.cpuSeconds()]
  const answers: number[] = []
  let mostRss = 0
  const watch = setInterval(() => {
    mostRss = Math.max(mostRss, server.rssBytes())
  }, 50)
  const each = count / machines
  const run = async (token: string, machine: number) => {
    for (let index = 0; index < each; index += 1) {
      // A request that comes late is not waited for by the ones behind it: they are due when they are due.
      const due = pace === 0 ? 0 : started + ((index * machines + machine) * 1000) / pace
      const early = due - performance.now()
      if (early > 0) await new Promise((resolve) => setTimeout(resolve, early))
      const asked = performance.now()
      await post(agent, server.port, token, bodies.next(machine))
      answers.push(performance.now() - asked)
    }
  }
  try {
    await Promise.all(tokens.map(run))
  } finally {
    clearInterval(watch)
    agent.destroy()
  }
  const entries = each * machines * batch
  return {
    perSecond: (entries * 1000) / (performance.now() - started),
    perCpuSecond: entries / (server.cpuSeconds() - cpu),
    mostRss,
    answers: answers.sort((a, b) => a - b),
  }
}

const post = (agent: Agent, port: number, token: string, body: Buffer): Promise<void> =>
  new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'content-length': body.length,
    }
    const sending = request(
      { agent, port, host: '127.0.0.1', path: '/v1/audit/entries', method: 'POST', headers },
      (answer) => {
        let text = ''
        answer.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk
        })
        answer.on('end', () =>
          answer.statusCode === 200
            ? resolve()
            : reject(new Error(`${answer.statusCode} ${text.slice(0, 500)}`)),
        )
      },
    )
    sending.on('error', reject)
    sending.end(body)
  })

const rowsOf = (paced: Loaded, free: Loaded, seconds: number): BenchRow[] => {
  const megabytes = (bytes: number) => Math.round(bytes / mebibyte)
  const answered = (share: number) =>
    Math.round(paced.answers[Math.floor(paced.answers.length * share)] ?? Number.NaN)
  const perCpu = ({ perCpuSecond }: Loaded) => `${Math.round(perCpuSecond)} per second of processor time`
  return [
    goalRow(
      'HTTP, 10,000 entries a second',
      paced.perSecond,
      '/s',
      ['>=', 9900],
      `${seconds} s, batches of ${batch} by ${machines} producers; answers p50 ${answered(0.5)} ms, p99 ${answered(0.99)} ms; ${perCpu(paced)}`,
    ),
    goalRow(
      'HTTP, memory of the server',
      megabytes(paced.mostRss),
      'MB',
      ['<=', 200],
      `most RSS in these ${seconds} s`,
    ),
    plainRow(
      'HTTP, as fast as it takes them',
      free.perSecond,
      '/s',
      `${perCpu(free)}; most RSS ${megabytes(free.mostRss)} MB`,
    ),
  ]
}
