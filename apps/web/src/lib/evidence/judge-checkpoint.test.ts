import { notes } from '@watchbill/ledger'
import { describe, expect, test } from 'vitest'
import { SmallLog } from '../../testdata/small-log.ts'
import { type CheckpointEvidence, type CheckpointJudgement, judgeCheckpoint } from './judge-checkpoint.ts'

const evidenceOf = async (
  log: SmallLog,
  more: Partial<CheckpointEvidence> = {},
): Promise<CheckpointEvidence> => ({
  workspace: 'default',
  note: await log.note(),
  listed: [log.signer.key.text],
  memory: null,
  consistency: null,
  keyEntries: [],
  epochs: [{ origin: log.origin, size: 0, oldOrigin: null, oldSize: null, oldRoot: null }],
  witnesses: [],
  ...more,
})
const memoryOf = async (log: SmallLog, size = log.leaves.length) => ({
  origin: log.origin,
  keys: [log.signer.key.text],
  size,
  root: log.root(size),
  note: await log.note(size),
})
const kinds = (judgement: CheckpointJudgement) =>
  judgement.kind === 'proven' ? 'proven' : judgement.contradictions.map(({ kind }) => kind).join()

describe('a checkpoint', () => {
  test('is trusted on first use, its key remembered', async () => {
    const log = (await SmallLog.create()).grow(5)
    const judgement = await judgeCheckpoint(await evidenceOf(log))
    expect(judgement).toMatchObject({
      kind: 'proven',
      checkpoint: { origin: log.origin, size: 5, root: log.root() },
      keys: [log.signer.key.text],
      lost: null,
    })
  })

  test('that nobody listed signed, or whose signature is broken, is not trusted on first use either', async () => {
    const log = (await SmallLog.create()).grow(2)
    expect(kinds(await judgeCheckpoint(await evidenceOf(log, { listed: [] })))).toBe('signature')
    const note = await log.note()
    const at = note.length - 20
    const broken = `${note.slice(0, at)}${note[at] === 'A' ? 'B' : 'A'}${note.slice(at + 1)}`
    expect(kinds(await judgeCheckpoint(await evidenceOf(log, { note: broken })))).toBe('signature')
    expect(kinds(await judgeCheckpoint(await evidenceOf(log, { note: 'no note' })))).toBe('unreadable')
  })

  test('goes on from the remembered one for every pair of sizes, whichever is newer', async () => {
    const log = (await SmallLog.create()).grow(12)
    for (let older = 1; older <= 12; older += 1)
      for (let newer = older; newer <= 12; newer += 1) {
        const consistency = log.consistency(older, newer)
        const memory = await memoryOf(log, older)
        const forth = await evidenceOf(log, { memory, consistency, note: await log.note(newer) })
        expect(kinds(await judgeCheckpoint(forth))).toBe('proven')
        const back = await evidenceOf(log, {
          memory: await memoryOf(log, newer),
          consistency,
          note: await log.note(older),
        })
        expect(kinds(await judgeCheckpoint(back))).toBe('proven')
      }
  })

  test('of a rewritten past is contradicted, with the best proof there is, and with none', async () => {
    const log = (await SmallLog.create()).grow(7)
    const memory = await memoryOf(log)
    log.rewrite(2).grow(4)
    const consistency = log.consistency(7)
    expect(kinds(await judgeCheckpoint(await evidenceOf(log, { memory, consistency })))).toBe('history')
    expect(kinds(await judgeCheckpoint(await evidenceOf(log, { memory, consistency: null })))).toBe('history')
    const note = await log.note(7)
    expect(kinds(await judgeCheckpoint(await evidenceOf(log, { memory, consistency: [], note })))).toBe(
      'history',
    )
  })

  test('of another log, or under another key, is contradicted', async () => {
    const log = (await SmallLog.create()).grow(3)
    const memory = await memoryOf(log)
    const other = (await SmallLog.create('other.test/log/default')).grow(3)
    expect(kinds(await judgeCheckpoint(await evidenceOf(other, { memory, consistency: [] })))).toBe('origin')
    const rekeyed = (await SmallLog.create(log.origin, 9)).grow(3)
    expect(kinds(await judgeCheckpoint(await evidenceOf(rekeyed, { memory, consistency: [] })))).toBe('key')
  })

  test('under a new key holds once an entry of the remembered tree introduces that key, and not before', async () => {
    const next = await SmallLog.create(undefined, 9)
    const vkey = next.signer.key.text
    const log = (await SmallLog.create()).grow(3).append('key.added', { vkey }).grow(1)
    const memory = await memoryOf(log)
    next.entries.push(...log.entries)
    next.leaves.push(...log.leaves)
    next.grow(2)
    const entry = {
      vkey,
      seq: 3,
      header: log.entries[3]?.header ?? '',
      members: log.entries[3]?.members ?? null,
      size: 5,
      hashes: log.range(3, 4),
    }
    const ask = async (keyEntries: CheckpointEvidence['keyEntries']) =>
      kinds(
        await judgeCheckpoint(
          await evidenceOf(next, { memory, consistency: next.consistency(5), keyEntries }),
        ),
      )
    expect(await ask([entry])).toBe('proven')
    expect(await ask([])).toBe('key')
    // The entry must say so itself, at that place, in that tree.
    expect(await ask([{ ...entry, header: log.entries[2]?.header ?? '' }])).toBe('key')
    expect(await ask([{ ...entry, members: [] }])).toBe('key')
    expect(await ask([{ ...entry, hashes: log.range(2, 3) }])).toBe('key')
    expect(await ask([{ ...entry, size: 7 }])).toBe('key')
  })

  test('of an announced restore goes on under the same key, and says what was lost', async () => {
    const log = (await SmallLog.create()).grow(8)
    const restored = (await SmallLog.create(`${log.origin}/1`)).grow(5)
    restored.append('log.continued', { restoredSize: 5 })
    const epochs: CheckpointEvidence['epochs'][number][] = [
      { origin: log.origin, size: 0, oldOrigin: null, oldSize: null, oldRoot: null },
      { origin: restored.origin, size: 5, oldOrigin: log.origin, oldSize: 8, oldRoot: log.root(8) },
    ]
    const seen = async (size: number, consistency: string[] | null) =>
      judgeCheckpoint(await evidenceOf(restored, { memory: await memoryOf(log, size), consistency, epochs }))
    expect(await seen(8, null)).toMatchObject({ kind: 'proven', lost: { from: 5, to: 8 } })
    expect(await seen(4, restored.consistency(4))).toMatchObject({ kind: 'proven', lost: null })
    expect(kinds(await seen(4, null))).toBe('history')
    // A restore that owns up to less than was seen does not explain the rest.
    epochs.splice(1, 1, {
      origin: restored.origin,
      size: 5,
      oldOrigin: log.origin,
      oldSize: 7,
      oldRoot: log.root(7),
    })
    expect(kinds(await seen(8, null))).toBe('origin')
    expect(await seen(7, null)).toMatchObject({ kind: 'proven', lost: { from: 5, to: 7 } })
    // Nor one of another tree.
    const lost = { origin: restored.origin, size: 5, oldOrigin: log.origin, oldSize: 8 }
    epochs.splice(1, 1, { ...lost, oldRoot: log.root(7) })
    expect(kinds(await seen(8, null))).toBe('origin')
    epochs.splice(1, 1, { ...lost, oldRoot: log.root(8) })
    expect(kinds(await seen(8, null))).toBe('proven')
  })

  test('of an announced restore is led to a new key by the old one, which signs beside it', async () => {
    const log = (await SmallLog.create()).grow(8)
    const restored = await SmallLog.create(`${log.origin}/1`, 9)
    const vkey = restored.signer.key.text
    restored.grow(5).append('log.continued', { restoredSize: 5 }).append('key.added', { vkey })
    const epochs = [
      { origin: log.origin, size: 0, oldOrigin: null, oldSize: null, oldRoot: null },
      { origin: restored.origin, size: 5, oldOrigin: log.origin, oldSize: 8, oldRoot: log.root(8) },
    ]
    const added = restored.entries[6]
    const entry = { vkey, seq: 6, header: added?.header ?? '', members: added?.members ?? null, size: 7 }
    const keyEntries = [{ ...entry, hashes: restored.range(6, 7) }]
    const memory = await memoryOf(log)
    const [text = ''] = (await restored.note()).split('\n\n')
    const note = await notes.signNote(`${text}\n`, [restored.signer, log.signer])
    const judged = await judgeCheckpoint(
      await evidenceOf(restored, { note, listed: [vkey], memory, epochs, keyEntries }),
    )
    expect(judged).toMatchObject({ kind: 'proven', lost: { from: 5, to: 8 } })
    if (judged.kind === 'proven') expect(judged.keys).toContain(vkey)
    // Without the old key's line nobody this browser knows vouches for it.
    const alone = await evidenceOf(restored, { listed: [vkey], memory, epochs, keyEntries })
    expect(kinds(await judgeCheckpoint(alone))).toBe('key')
  })
})
