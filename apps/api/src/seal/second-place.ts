import { base64url, merkle } from '@watchbill/ledger'
import type { Backend } from '../db/backend.ts'
import { type Anchor, type ErasedPlace, SealRefused, type SecondPlace } from './sealing.ts'

type Client = Pick<Backend['client'], 'execute' | 'batch'>

/** A second place in a libSQL database of its own: a file on Node, a server for WATCHBILL_ANCHOR at the edge. */
export const createSecondPlace = (where: string, backend: Pick<Backend, 'client' | 'close'>): SecondPlace => {
  const { client } = backend
  let made = false
  // Said again until it worked once: a request at the edge may not wait for another one's query.
  const ready = async (): Promise<Client> => {
    if (!made) await client.batch([...schema], 'write')
    made = true
    return client
  }
  return {
    where,
    read: async (name) => readAnchor(await ready(), name, where),
    async advance(name, before, after) {
      const written = await (await ready()).batch([advanceStatement(name, before, after)], 'write')
      return written[0]?.rowsAffected === 1
    },
    async addErased(name, places) {
      if (places.length === 0) return
      await (await ready()).batch(
        places.map(({ seq, leaf }) => ({
          sql: 'INSERT INTO erased (name, seq, leaf) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
          args: [name, seq, leaf],
        })),
        'write',
      )
    },
    listErased: async (name, after, limit) => listErased(await ready(), name, after, limit),
    close: () => backend.close(),
  }
}

const schema = [
  `CREATE TABLE IF NOT EXISTS anchors (name TEXT PRIMARY KEY NOT NULL, origin TEXT NOT NULL, epoch INTEGER NOT NULL,
    size INTEGER NOT NULL, root BLOB NOT NULL, digest BLOB NOT NULL) STRICT`,
  `CREATE TABLE IF NOT EXISTS erased (name TEXT NOT NULL, seq INTEGER NOT NULL, leaf BLOB NOT NULL,
    PRIMARY KEY (name, seq, leaf)) STRICT, WITHOUT ROWID`,
] as const

const readAnchor = async (client: Client, name: string, where: string): Promise<Anchor | null> => {
  const { rows } = await client.execute({
    sql: 'SELECT origin, epoch, size, root, digest FROM anchors WHERE name = ?',
    args: [name],
  })
  const [row] = rows
  if (!row) return null
  const anchor = {
    origin: String(row.origin),
    epoch: Number(row.epoch),
    size: Number(row.size),
    root: bytesOf(row.root),
  }
  if (merkle.sameHash(digestOf(name, anchor), bytesOf(row.digest))) return anchor
  throw new SealRefused(`the second place (${where}) is damaged: its record of ${name} does not add up`)
}

const advanceStatement = (name: string, before: Anchor | null, after: Anchor) => {
  const next = [after.origin, after.epoch, after.size, after.root, digestOf(name, after)]
  if (before === null) {
    const sql = `INSERT INTO anchors (origin, epoch, size, root, digest, name) VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT DO NOTHING`
    return { sql, args: [...next, name] }
  }
  return {
    sql: `UPDATE anchors SET origin = ?, epoch = ?, size = ?, root = ?, digest = ?
      WHERE name = ? AND origin = ? AND epoch = ? AND size = ? AND root = ?`,
    args: [...next, name, before.origin, before.epoch, before.size, before.root],
  }
}

const listErased = async (
  client: Client,
  name: string,
  after: number,
  limit: number,
): Promise<ErasedPlace[]> => {
  const { rows } = await client.execute({
    sql: 'SELECT seq, leaf FROM erased WHERE name = ? AND seq > ? ORDER BY seq LIMIT ?',
    args: [name, after, limit],
  })
  return rows.map((row) => ({ seq: Number(row.seq), leaf: bytesOf(row.leaf) }))
}

/** A checksum, not a secret: SQLite itself does not notice a flipped bit. */
const digestOf = (name: string, { origin, epoch, size, root }: Anchor): Uint8Array =>
  merkle.leafHash(
    new TextEncoder().encode(JSON.stringify([name, origin, epoch, size, base64url.encode(root)])),
  )

const bytesOf = (value: unknown): Uint8Array => {
  if (value instanceof Uint8Array) return new Uint8Array(value)
  return value instanceof ArrayBuffer ? new Uint8Array(value) : new Uint8Array()
}
