import { withSort } from '@watchbill/contract/audit-query'
import { failureOf } from '../audit/complaint.ts'
import { type Connection, connectWithKey } from '../audit/connection.ts'
import { formatCounts } from '../audit/count-text.ts'
import { printCsv } from '../audit/csv-lines.ts'
import { follow } from '../audit/follow.ts'
import { createPageCheck, holds } from '../audit/page-check.ts'
import { createPrinter } from '../audit/printer.ts'
import { formatVerdict } from '../audit/verdict-text.ts'
import { createMemory } from '../verify/memory.ts'
import { Failure } from './failure.ts'
import { type Options, parseOptions } from './options.ts'
import { stateFolder } from './state-folder.ts'
import type { Terminal } from './terminal.ts'

const allowed = ['limit', 'follow', 'json', 'csv', 'count', 'verify', 'api', 'key-file'] as const
/** Pairs that would each want something else printed. */
const exclusive = [
  ...(['count', 'follow', 'verify', 'json', 'limit'] as const).map((other) => ['csv', other] as const),
  ...(['follow', 'verify', 'limit'] as const).map((other) => ['count', other] as const),
  ['follow', 'verify'] as const,
]
const defaultLimit = 50
const backlog = 10
/** Entries of a page at most; what one selection proof covers. */
const pageLimit = 200

/**
 * `audit <query>`: asks the audit log of a control plane. Exit code 0: answered, and with `--verify` it holds; 1: contradicted,
 * or the log cannot be asked; 2: asked wrongly.
 */
export const audit = async (args: readonly string[], terminal: Terminal): Promise<number> => {
  const options = readOptions(args)
  const query = options.operand ?? ''
  const connection = await connectWithKey({ api: options.api, keyFile: options['key-file'] }, terminal.env)
  endWithReader()
  try {
    if (options.count) return await printCounts(connection, query, options, terminal)
    if (options.csv) return await printCsv(connection.client, query, terminal)
    if (options.follow) return await printTail(connection, query, options, terminal)
    return await printPages(connection, query, options, terminal)
  } catch (error) {
    throw failureOf(error, query, connection.apiUrl)
  }
}

const readOptions = (args: readonly string[]): Options => {
  // A query may begin with what is to be left out: `-tool:Read` is no option.
  const negated = args.find((arg) => /^-[^-]./.test(arg) && !args.includes('--'))
  const ordered = negated === undefined ? args : [...args.filter((arg) => arg !== negated), '--', negated]
  const options = parseOptions('audit', ordered, allowed, "'<query>'")
  const isSet = (name: (typeof allowed)[number]) => options[name] !== false && options[name] !== null
  const pair = exclusive.find(([one, other]) => isSet(one) && isSet(other))
  if (pair) throw unclear(`--${pair[0]} and --${pair[1]} do not go together`)
  if (options.limit !== null && !/^[1-9]\d{0,5}$/.test(options.limit))
    throw unclear('--limit is a whole number from 1 to 999999')
  return options
}

const unclear = (why: string) =>
  new Failure(
    'audit: the arguments were not understood',
    why,
    "use: watchbill audit '<query>' [--limit <n>] [--verify] [--json], or one of --count, --csv, --follow",
    2,
  )

/** `| head` takes what it wants and goes: that is no failure. */
const endWithReader = (): void => {
  if (process.stdout.listenerCount('error') > 0) return
  process.stdout.on('error', () => process.exit(0))
}

const printCounts = async (
  { client }: Connection,
  query: string,
  { json }: Options,
  terminal: Terminal,
): Promise<number> => {
  const counts = await client.getFacets({ query: { q: query } })
  terminal.out(json ? JSON.stringify(counts) : formatCounts(counts))
  return 0
}

const printPages = async (
  { client }: Connection,
  query: string,
  { json, verify, limit }: Options,
  terminal: Terminal,
): Promise<number> => {
  const print = createPrinter(client, query, json, terminal)
  const check = verify ? createPageCheck(client, createMemory(`${stateFolder(terminal.env)}/seen`)) : null
  let left = Number(limit ?? defaultLimit)
  for (let cursor: string | null | undefined; left > 0 && cursor !== null; ) {
    const wanted = String(Math.min(left, pageLimit))
    const page = await client.listEntries({ query: { q: query, limit: wanted, cursor } })
    await print(page.entries)
    await check?.page(page.entries, page.checkpoint)
    left -= page.entries.length
    cursor = page.entries.length === 0 ? null : page.nextCursor
    if (json || (left > 0 && cursor !== null)) continue
    const { count, exact } = page.total
    const shown = Number(limit ?? defaultLimit) - left
    if (cursor !== null)
      terminal.err(`${shown} of ${exact ? '' : 'about '}${count.toLocaleString('en')}; more with --limit`)
    else if (shown === 0) terminal.err('No entry answers.')
  }
  if (check === null) return 0
  const verdict = await check.end()
  if (json) terminal.err(JSON.stringify({ holds: holds(verdict), ...verdict }))
  else terminal.out(`\n${formatVerdict(verdict)}`)
  return holds(verdict) ? 0 : 1
}

const printTail = async (
  connection: Connection,
  asked: string,
  { json, limit }: Options,
  terminal: Terminal,
): Promise<number> => {
  // The order of a tail is that of the log.
  const query = withSort(asked, 'newest')
  const print = createPrinter(connection.client, query, json, terminal)
  const ended = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ended.abort())
  const before = { q: query, limit: String(Math.min(Number(limit ?? backlog), pageLimit)) }
  const page = await connection.client.listEntries({ query: before })
  await print([...page.entries].reverse())
  await follow(connection, {
    query,
    from: String(page.indexed - 1),
    onEntries: print,
    onTrouble: (text) => terminal.err(`watchbill: ${text}`),
    signal: ended.signal,
  })
  return 0
}
