import { type Frontier, merkle, notes } from '@watchbill/ledger'
import type { Findings } from './findings.ts'
import type { CheckpointRow, EpochRow, HeadRows, KeyRow, LogRows } from './rows.ts'

const pageSize = 500

/** Facts about an epoch that its checkpoints are held against. */
interface EpochFacts {
  readonly epoch: number
  readonly origin: string | null
  readonly keys: readonly { readonly key: notes.VerifierKey; readonly retiredSize: number | null }[]
  /** Its checkpoints up to this size speak of the tree that stands; above, of entries that a restore lost. */
  readonly kept: number
}

/** Recomputes the root at every size that was ever signed, while the tree grows past it. */
export const createCheckpointPass = async (
  rows: LogRows,
  head: HeadRows,
  epochs: readonly EpochRow[],
  keys: readonly KeyRow[],
  findings: Findings,
) => {
  const cursors = await Promise.all(
    factsOf(head, epochs, keys, findings).map((facts) => openCursor(rows, facts)),
  )
  let count = 0
  const check = async (row: CheckpointRow, facts: EpochFacts, root: Uint8Array | null): Promise<void> => {
    count += 1
    const place = `checkpoint ${row.epoch}/${row.size}`
    if (root !== null && !merkle.sameHash(root, row.root))
      findings.add('checkpoint.root', place, 'the entries below it have another root')
    await checkNote(row, facts, place, findings)
  }
  return {
    /** The tree has just reached this size. */
    async reached(frontier: Frontier): Promise<void> {
      for (const cursor of cursors) {
        const { row, facts } = cursor
        if (row === null || row.size !== frontier.size || row.size > facts.kept) continue
        await check(row, facts, merkle.rootOf(frontier))
        await cursor.advance()
      }
    },
    /** The next size at which `reached` has work. */
    next: (): number =>
      Math.min(
        ...cursors.map(({ row, facts }) => (row === null || row.size > facts.kept ? Infinity : row.size)),
      ),
    async end(): Promise<number> {
      for (const cursor of cursors) {
        for (; cursor.row !== null; await cursor.advance()) {
          const { row, facts } = cursor
          const place = `checkpoint ${row.epoch}/${row.size}`
          if (row.epoch === head.epoch) {
            const now = await rows.head()
            // A running server seals on; what it appended since is not part of this check.
            if (now !== null && row.size <= now.size) break
            findings.add('checkpoint.beyond', place, `it was signed, and the log ends at ${head.size}`)
          }
          await check(row, facts, null)
        }
      }
      return count
    },
  }
}

const factsOf = (
  head: HeadRows,
  epochs: readonly EpochRow[],
  keys: readonly KeyRow[],
  findings: Findings,
): EpochFacts[] =>
  Array.from({ length: head.epoch + 1 }, (_, epoch) => {
    const later = epochs.filter((one) => one.epoch > epoch).map(({ size }) => size)
    const own = epochs.find((one) => one.epoch === epoch)
    const origin =
      epoch === head.epoch
        ? head.origin
        : (own?.origin ?? epochs.find((one) => one.epoch === epoch + 1)?.oldOrigin ?? null)
    const parsed = keys
      .filter((key) => key.epoch === epoch)
      .map(({ vkey, retiredSize }) => ({ key: notes.parseVerifierKey(vkey), retiredSize }))
    if (parsed.some(({ key }) => key === null))
      findings.add('key.text', `epoch ${epoch}`, 'a key in log_keys is no verifier key')
    return {
      epoch,
      origin,
      keys: parsed.flatMap(({ key, retiredSize }) => (key === null ? [] : [{ key, retiredSize }])),
      kept: Math.min(head.size, ...later),
    }
  })

const openCursor = async (rows: LogRows, facts: EpochFacts) => {
  let page = await rows.checkpoints(facts.epoch, -1, pageSize)
  let index = 0
  return {
    facts,
    get row(): CheckpointRow | null {
      return page[index] ?? null
    },
    async advance(): Promise<void> {
      const last = page[index]
      index += 1
      if (index < page.length || last === undefined) return
      page = await rows.checkpoints(facts.epoch, last.size, pageSize)
      index = 0
    },
  }
}

const checkNote = async (
  row: CheckpointRow,
  { origin, keys }: EpochFacts,
  place: string,
  findings: Findings,
): Promise<void> => {
  const note = notes.parseNote(row.note)
  const said = note === null ? null : notes.parseCheckpoint(note.text)
  if (said === null) {
    findings.add('checkpoint.note', place, 'its note is no signed checkpoint')
    return
  }
  if (said.size !== row.size || !merkle.sameHash(said.root, row.root))
    findings.add('checkpoint.columns', place, 'its note is about another size or root')
  if (said.origin !== origin)
    findings.add(
      'checkpoint.origin',
      place,
      `its note is about ${said.origin}, the log is ${origin ?? 'unnamed'}`,
    )
  const active = keys.filter(({ retiredSize }) => retiredSize === null || row.size <= retiredSize)
  const { verified } = await notes.verifyNote(
    row.note,
    active.map(({ key }) => key),
  )
  if (verified.length === 0)
    findings.add('checkpoint.signature', place, 'no key of the log of that time signed it')
}
