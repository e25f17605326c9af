import { base64 } from '../base64.ts'
import { base64url } from '../base64url.ts'
import { commitPayload, type DisclosedMember } from '../commitment.ts'
import { formatHeader } from '../entry.ts'
import {
  type Disclosure,
  formatExportEnd,
  formatExportEntry,
  formatExportGap,
  formatExportHead,
  type Reader,
} from '../evidence/index.ts'
import { sha256 } from '../hash.ts'
import {
  appendLeaf,
  emptyFrontier,
  foldProof,
  leafHash,
  type NodePlace,
  type ProofPlan,
  planGap,
  planSelection,
  rootOf,
} from '../merkle/index.ts'
import { createSigner, formatCheckpoint, signNote } from '../notes/index.ts'

const hashOf = (text: string) => sha256(new TextEncoder().encode(text))
const idOf = (prefix: string, n: number) => `${prefix}_00000000-0000-7000-8000-${String(n).padStart(12, '0')}`

export interface ShareLog {
  readonly size: number
  readonly rows: readonly { header: string; leaf: Uint8Array; members: readonly DisclosedMember[] }[]
  readonly reader: Reader
  readonly vkey: string
  readonly checkpoint: string
  prove(plan: ProofPlan): Uint8Array[]
}

const shareOrigin = 'log.example/log/default'
const signer = await createSigner(shareOrigin, hashOf('key of the share log'), 'ed25519')

/** A log of `size` entries with payloads of six members, of two producers, in memory. */
export const createShareLog = async (size: number): Promise<ShareLog> => {
  const nodes = new Map<string, Uint8Array>()
  const heads = [new Uint8Array(32), new Uint8Array(32)]
  let frontier = emptyFrontier
  const rows = Array.from({ length: size }, (_, seq) => {
    const payload = {
      ...{ call: `toolu_${seq}`, cwd: 'src/app', exit: seq % 3, host: 'example.org' },
      ...{ request: `git push origin main --tag ${seq}`, tool: 'Bash' },
    }
    const { commit, members } = commitPayload(payload, hashOf(`salt ${seq}`))
    const bytes = formatHeader({
      ...{
        v: 1,
        ws: 'default',
        id: idOf('evt', seq),
        ts: 1_795_176_000_000 + seq,
        producer: idOf('prd', seq % 2),
      },
      ...{ pseq: seq >> 1, prev: base64url.encode(heads[seq % 2] ?? new Uint8Array()) },
      ...{ type: 'tool.called', agent: idOf('agt', 1), commit },
    })
    const leaf = leafHash(bytes)
    heads[seq % 2] = new Uint8Array(leaf)
    frontier = appendLeaf(frontier, leaf, (level, index, node) => nodes.set(`${level} ${index}`, node))
    const shown = members.map(({ name, value, key }) => ({ name, value, key }))
    return { header: new TextDecoder().decode(bytes), leaf, members: shown }
  })
  const nodeAt = ({ level, index }: NodePlace) => nodes.get(`${level} ${index}`) ?? new Uint8Array()
  return {
    size,
    rows,
    reader: { keys: [signer.key], pins: null, witnesses: [] },
    vkey: signer.key.text,
    checkpoint: await signNote(formatCheckpoint({ origin: shareOrigin, size, root: rootOf(frontier) }), [
      signer,
    ]),
    prove: (plan) => foldProof(plan, nodeAt),
  }
}

/** These entries, wholly shown. */
export const shareOf = (
  { size, rows, vkey, checkpoint, prove }: ShareLog,
  seqs: readonly number[],
): Disclosure => ({
  ...{ v: 1, kind: 'selection', origin: shareOrigin, share: idOf('shr', 1), title: 'Pushes', query: '' },
  ...{ range: null, redacted: [], newest: null, seen: null, checkpoint, keys: [vkey] },
  ...{ createdAt: '2026-10-01T10:00:00.000Z', expiresAt: '2026-10-08T10:00:00.000Z' },
  entries: seqs.flatMap((seq) => {
    const row = rows[seq]
    if (row === undefined) return []
    const { header, members } = row
    return [{ seq, header, leaf: base64url.encode(row.leaf), payload: 'shown', members, erasedBy: null }]
  }),
  proof: prove(planSelection(seqs, size)).map(base64.encode),
})

/** The same entries as the lines of an export. */
export function* exportOf({ size, rows, vkey, checkpoint, prove }: ShareLog, seqs: readonly number[]) {
  const createdAt = '2026-10-01T10:00:00.000Z'
  const head = {
    origin: shareOrigin,
    query: '',
    size,
    count: seqs.length,
    checkpoint,
    keys: [vkey],
    createdAt,
  }
  yield formatExportHead(head)
  let at = 0
  for (const seq of [...seqs, size]) {
    const gap = prove(planGap(at, seq, size))
    if (gap.length > 0) yield formatExportGap(gap)
    const row = rows[seq]
    if (row === undefined) continue
    const { header, members } = row
    const said = { payload: 'shown', erasedBy: null, owner: 'mch_1', pending: false } as const
    yield formatExportEntry({ seq, header, members, receivedAt: createdAt, ...said })
    at = seq + 1
  }
  yield formatExportEnd(seqs.length)
}
