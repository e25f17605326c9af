import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import {
  base64url,
  commitment,
  evidence,
  type Frontier,
  formatHeader,
  merkle,
  notes,
  type ProofPlan,
  tiles,
} from '@watchbill/ledger'

const hash = (text: string) => new Uint8Array(createHash('sha256').update(text).digest())
const uuid = (text: string): string => {
  const hex = Buffer.from(hash(text)).toString('hex')
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-')
}

export const logOrigin = 'example.org/log/default'
export const logSigner = await notes.createSigner(logOrigin, hash('log key'), 'ed25519')

/** A whole log in memory; logs of one history agree up to `forksAt`, where `branch` begins to count. */
export const createLog = (size: number, branch = '', forksAt = 0) => {
  const headers: Uint8Array[] = []
  const hashes = new Map<string, Uint8Array>()
  let frontier: Frontier = merkle.emptyFrontier
  let prev = new Uint8Array(32)
  const payload = { tool: 'Bash', request: 'git push' }
  for (let seq = 0; seq < size; seq += 1) {
    const own = seq < forksAt ? '' : branch
    const { commit } = commitment.commitPayload(payload, hash(`salt ${seq}`))
    const header = formatHeader({
      ...{ v: 1, ws: 'default', id: `evt_${uuid(`${own} ${seq}`)}`, ts: 1_795_176_000_000 + seq },
      ...{ producer: `prd_${uuid('producer')}`, pseq: seq, prev: base64url.encode(prev) },
      ...{ type: 'tool.called', agent: `agt_${uuid('agent')}`, commit },
    })
    headers.push(header)
    const leaf = merkle.leafHash(header)
    prev = new Uint8Array(leaf)
    frontier = merkle.appendLeaf(frontier, leaf, (level, index, node) =>
      hashes.set(`${level} ${index}`, node),
    )
  }
  const root = merkle.rootOf(frontier)
  const nodeAt = ({ level, index }: { level: number; index: number }) =>
    hashes.get(`${level} ${index}`) ?? new Uint8Array(32)
  const note = (signers = [logSigner]) =>
    notes.signNote(notes.formatCheckpoint({ origin: logOrigin, size, root }), signers)
  const prove = (plan: ProofPlan) => merkle.foldProof(plan, nodeAt)
  const shown = (index: number) =>
    commitment
      .commitPayload(payload, hash(`salt ${index}`))
      .members.map(({ name, value, key }) => ({ name, value, key }))
  return {
    size,
    root,
    note,
    prove,
    /** What a share or an export says of an entry, its payload disclosed. */
    row: (index: number) => ({
      seq: index,
      header: new TextDecoder().decode(headers[index]),
      leaf: base64url.encode(merkle.leafHash(headers[index] ?? new Uint8Array())),
      payload: 'shown' as const,
      members: shown(index),
      erasedBy: null,
    }),
    /** The entry as a file, its payload disclosed. */
    entryFile: async (index: number): Promise<string> =>
      evidence.formatEntryFile({
        header: headers[index] ?? new Uint8Array(),
        members: shown(index),
        index,
        hashes: prove(merkle.planInclusion(index, size)),
        checkpoint: await note(),
      }),
    /** As C2SP tlog-tiles lays it out. */
    write: async (folder: string, checkpoint?: string): Promise<void> => {
      const files: [path: string, bytes: Uint8Array | string][] = [
        ['checkpoint', checkpoint ?? (await note())],
      ]
      for (let n = 0; tiles.widthAt(0, n, size) > 0; n += 1) {
        const width = tiles.widthAt(0, n, size)
        files.push([
          tiles.formatBundlePath({ n, width }),
          tiles.formatBundle(headers.slice(n * 256, n * 256 + width)),
        ])
      }
      for (let level = 0; tiles.widthAt(level, 0, size) > 0; level += 1)
        for (let n = 0; tiles.widthAt(level, n, size) > 0; n += 1) {
          const width = tiles.widthAt(level, n, size)
          const slots = Array.from({ length: width }, (_, slot) =>
            nodeAt({ level: level * 8, index: n * 256 + slot }),
          )
          files.push([tiles.formatTilePath({ level, n, width }), Buffer.concat(slots)])
        }
      for (const [path, bytes] of files) {
        await mkdir(dirname(join(folder, path)), { recursive: true })
        await writeFile(join(folder, path), bytes)
      }
    },
  }
}
