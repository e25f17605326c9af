import { EntryError, type Frontier, merkle, parseHeader } from '@watchbill/ledger'
import { createChainPass } from './chain-pass.ts'
import { createCheckpointPass } from './checkpoint-pass.ts'
import { createEventPass } from './event-pass.ts'
import { createFindings, type Finding, type Findings } from './findings.ts'
import { createPayloadPass } from './payload-pass.ts'
import type { EntryRow, HeadRows, LogRows } from './rows.ts'
import { createSealPass } from './seal-pass.ts'
import { type Anchored, createSecondPass } from './second-pass.ts'
import { createTilePass } from './tile-pass.ts'

export interface CheckOptions {
  readonly workspace: string
  /** What the second place holds of this log; null where there is none to ask. */
  readonly anchored: Anchored | null
  readonly onProgress?: (done: number, of: number) => void
}

/** What was looked at, and everything that did not hold. `root` is that of the entries as they stand. */
export interface LogCheck {
  readonly workspace: string
  readonly origin: string | null
  readonly epoch: number
  readonly size: number
  readonly root: Uint8Array
  readonly checkpoints: number
  /** Payloads opened; the others were withheld or erased. */
  readonly opened: number
  readonly secondPlace: 'agrees' | 'contradicts' | 'not asked'
  readonly findings: readonly Finding[]
}

const pageSize = 1000

/**
 * Derives a whole log anew from its stored header bytes and compares every other stored byte with what follows; believes no
 * stored hash. Never throws for what is stored, only for a database that does not answer.
 */
export const checkLog = async (rows: LogRows, options: CheckOptions): Promise<LogCheck> => {
  const findings = createFindings()
  const head = await rows.head()
  if (head === null) {
    findings.add('head.missing', `log ${options.workspace}`, 'the workspace has no log')
    return emptyCheck(options, findings)
  }
  const passes = await createPasses(rows, head, options, findings)
  const { frontier, opened } = await walk(rows, head, options, passes, findings)
  requireHead(head, frontier, findings)
  for (const seq of await rows.strayEntries())
    findings.add('entry.beyond', `entry ${seq}`, 'it lies outside of the log that the head describes')
  passes.chains.end()
  passes.events.end()
  passes.second.end()
  await passes.payloads.end(head.size)
  await passes.tiles.end()
  const checkpoints = await passes.checkpoints.end()
  await checkEquivocations(rows, findings)
  return {
    workspace: options.workspace,
    origin: head.origin,
    epoch: head.epoch,
    size: frontier.size,
    root: merkle.rootOf(frontier),
    checkpoints,
    opened,
    secondPlace: options.anchored === null ? 'not asked' : passes.second.agrees() ? 'agrees' : 'contradicts',
    findings: findings.list(),
  }
}

const createPasses = async (rows: LogRows, head: HeadRows, options: CheckOptions, findings: Findings) => {
  const [epochs, keys, machineKeys] = await Promise.all([rows.epochs(), rows.keys(), rows.machineKeys()])
  return {
    chains: createChainPass(head, findings),
    payloads: createPayloadPass(rows, findings),
    events: createEventPass(head, epochs, keys, findings),
    seals: createSealPass(head, machineKeys, findings),
    second: createSecondPass(head, options.anchored, findings),
    tiles: createTilePass(rows, findings),
    checkpoints: await createCheckpointPass(rows, head, epochs, keys, findings),
  }
}
type Passes = Awaited<ReturnType<typeof createPasses>>

const walk = async (
  rows: LogRows,
  head: HeadRows,
  { workspace, onProgress }: CheckOptions,
  passes: Passes,
  findings: Findings,
): Promise<{ frontier: Frontier; opened: number }> => {
  let frontier: Frontier = merkle.emptyFrontier
  let opened = 0
  await passes.checkpoints.reached(frontier)
  for (let from = 0; from < head.size; ) {
    const page = (await rows.entries(from, pageSize)).filter(({ seq }) => seq < head.size)
    for (const row of page) {
      if (row.seq !== from) findings.add('entry.missing', `entry ${from}`, `the next one there is ${row.seq}`)
      from = row.seq + 1
      const leaf = merkle.leafHash(row.header)
      if (Buffer.compare(leaf, row.leaf) !== 0)
        findings.add('entry.leaf', `entry ${row.seq}`, 'the stored leaf is not the hash of the stored header')
      frontier = merkle.appendLeaf(frontier, leaf, passes.tiles.node)
      if (row.opened !== null) opened += 1
      await checkEntry(workspace, row, leaf, passes, findings)
      if (passes.checkpoints.next() === frontier.size) await passes.checkpoints.reached(frontier)
      passes.second.reached(frontier)
    }
    if (page.length === 0) {
      findings.add('entry.missing', `entry ${from}`, `the head says that there are ${head.size}`)
      break
    }
    await passes.tiles.flush()
    onProgress?.(from, head.size)
  }
  return { frontier, opened }
}

const checkEntry = async (
  workspace: string,
  row: EntryRow,
  leaf: Uint8Array,
  passes: Passes,
  findings: Findings,
): Promise<void> => {
  const place = `entry ${row.seq}`
  const header = tryHeader(row.header)
  if (header instanceof EntryError) {
    findings.add('entry.header', place, `${header.message} (${header.reason})`)
    return
  }
  if (header.ws !== workspace) findings.add('entry.workspace', place, `its header is of ${header.ws}`)
  const entry = { row, header, leaf }
  passes.chains.entry(entry)
  passes.events.entry(entry)
  passes.second.entry(entry)
  await passes.payloads.entry(entry)
  if (header.type === 'producer.sealed') await passes.seals.entry(entry)
}

const tryHeader = (bytes: Uint8Array) => {
  try {
    return parseHeader(bytes)
  } catch (error) {
    if (error instanceof EntryError) return error
    throw error
  }
}

const requireHead = (head: HeadRows, frontier: Frontier, findings: Findings): void => {
  if (head.size !== frontier.size)
    findings.add('head.size', 'head', `it says ${head.size}, there are ${frontier.size} entries`)
  else if (Buffer.compare(head.frontier, merkle.formatFrontier(frontier)) !== 0)
    findings.add('head.frontier', 'head', 'the frontier does not follow from the entries')
}

const checkEquivocations = async (rows: LogRows, findings: Findings): Promise<void> => {
  for (const { producer, pseq, leaf, header } of await rows.equivocations()) {
    const place = `equivocation ${producer} ${pseq}`
    const parsed = tryHeader(header)
    if (Buffer.compare(merkle.leafHash(header), leaf) !== 0)
      findings.add('equivocation.leaf', place, 'the stored leaf is not the hash of the stored header')
    else if (parsed instanceof EntryError || parsed.producer !== producer || parsed.pseq !== pseq)
      findings.add('equivocation.header', place, 'its header is about another place')
  }
}

const emptyCheck = ({ workspace, anchored }: CheckOptions, findings: Findings): LogCheck => ({
  workspace,
  origin: null,
  epoch: 0,
  size: 0,
  root: merkle.rootOf(merkle.emptyFrontier),
  checkpoints: 0,
  opened: 0,
  secondPlace: anchored === null ? 'not asked' : 'contradicts',
  findings: findings.list(),
})
