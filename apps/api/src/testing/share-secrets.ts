import { gunzipSync } from 'node:zlib'
import { commitment } from '@watchbill/ledger'
import { tryHeader } from '@watchbill/ledger/share'
import type { TestDatabase } from './database.ts'

/** Everything about one entry that must not leave without leave: words, keys, salt, and the header's own words. */
export interface Secrets {
  readonly seq: number
  readonly header: string
  /** By member: its marker and its key. */
  readonly members: ReadonlyMap<string, readonly string[]>
  readonly salt: readonly string[]
  readonly own: readonly string[]
}

/** Of every entry that a producer wrote; words to look for are written `zq…zq`. `seq` is -1 outside of `default`. */
export const readSecrets = async ({ raw }: Pick<TestDatabase, 'raw'>): Promise<Secrets[]> => {
  const rows = await raw(
    `SELECT e.workspace_id AS ws, e.seq, CAST(e.header AS TEXT) AS header, y.salt, CAST(y.payload AS TEXT) AS payload
      FROM entries e LEFT JOIN payloads y USING (workspace_id, seq)
      WHERE e.producer_no > 0 ORDER BY e.workspace_id, e.seq`,
  )
  return rows.map(({ ws, seq, header, salt, payload }) => {
    const bytes = new Uint8Array(salt instanceof ArrayBuffer ? salt : new ArrayBuffer())
    const said: Record<string, unknown> = payload === null ? {} : JSON.parse(String(payload))
    const committed = payload === null ? [] : commitment.commitPayload(said, bytes).members
    const members = committed.map(({ name, value, key }): [string, string[]] => [
      name,
      [key, ...(String(value).match(/zq\w+zq/g) ?? [])],
    ])
    const { id = '', commit = '' } = tryHeader(String(header)) ?? {}
    return {
      seq: ws === 'default' ? Number(seq) : -1,
      header: String(header),
      members: new Map(members),
      salt: ['hex', 'base64', 'base64url']
        .map((as) => Buffer.from(bytes).toString(as as BufferEncoding))
        .filter(Boolean),
      own: [id, commit],
    }
  })
}

/** Text cut at whatever ends a word, an id, a hash or base64. */
export const wordsIn = (text: string): string[] => [
  ...text.split(/[^A-Za-z0-9_-]+/),
  ...text.split(/[^A-Za-z0-9+/=]+/),
]

/** Everything an answer says, unpacked: headers, gzip, and the base64 inside proof files. */
export const unpackAnswer = async (response: Response): Promise<string> => {
  const bytes = Buffer.from(await response.arrayBuffer())
  const packed = response.headers.get('content-encoding') === 'gzip' && bytes.length > 0
  const text = (packed ? gunzipSync(bytes) : bytes).toString('utf8')
  const inner = [...text.matchAll(/^extra (\S+)$/gm)].map(([, extra = '']) =>
    Buffer.from(extra, 'base64').toString(),
  )
  return [text, ...inner, JSON.stringify([...response.headers])].join('\n')
}
