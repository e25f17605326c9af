import type { Client } from '@libsql/client/http'
import { openBackend } from '../db/open.ts'
import { type Call, type Command, UsageError, withDatabase } from './command.ts'

const workspace = 'demo'
const trigger = 'entries_no_update'

/** What a person with the database file could do, done to the demo: one byte of one stored header is another one. */
const runTamper = async (call: Call): Promise<void> => {
  await withDatabase(call, async () => {})
  const { databaseUrl: url, databaseToken } = call.env
  const backend = await openBackend({ url, authToken: databaseToken ?? undefined })
  try {
    const { seq, offset, was, is } = await flipByte(backend.client)
    const { out } = call.console
    out(
      `entry ${seq} of the workspace ${workspace}: byte ${offset} of its header was "${was}" and is "${is}".`,
    )
    out('Nothing else was touched: the append-only trigger was dropped and put back in the same transaction.')
    out(`See it found: watchbill log fsck ${workspace}`)
    out(
      `          and: open /audit in the workspace ${workspace}; entry ${seq} no longer matches what was signed.`,
    )
    out('Undo: watchbill demo remove && watchbill demo create')
  } finally {
    await backend.close()
  }
}

/** Throws UsageError when there is nothing to change. */
const flipByte = async (client: Pick<Client, 'execute' | 'batch'>) => {
  const { seq, header } = await newestSealed(client)
  // The last digit of the time: the header still reads well, and only its hash tells.
  const at = new TextDecoder('latin1').decode(header).search(/\d,"type":/)
  if (at === -1) throw new UsageError('the newest entry of the demo has no time; it was tampered with before')
  const was = header[at] ?? 0x30
  const is = was === 0x39 ? 0x30 : was + 1
  const changed = Uint8Array.from(header)
  changed[at] = is
  const { rows } = await client.execute({
    sql: "SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND name = ?",
    args: [trigger],
  })
  const guard = rows[0]?.sql
  if (typeof guard !== 'string')
    throw new UsageError('the append-only trigger is missing; run `watchbill migrate`')
  await client.batch(
    [
      `DROP TRIGGER ${trigger}`,
      {
        sql: 'UPDATE entries SET header = ? WHERE workspace_id = ? AND seq = ?',
        args: [changed, workspace, seq],
      },
      guard,
    ],
    'write',
  )
  return { seq, offset: at, was: String.fromCharCode(was), is: String.fromCharCode(is) }
}

/** A sealed entry where there is one, since a pending one is not promised to anybody yet; the newest else. */
const newestSealed = async (
  client: Pick<Client, 'execute'>,
): Promise<{ seq: number; header: Uint8Array }> => {
  const { rows } = await client.execute({
    sql: `SELECT seq, header FROM entries WHERE workspace_id = ?1 AND seq < coalesce(
        (SELECT max(c.size) FROM checkpoints c JOIN logs l ON l.workspace_id = c.workspace_id AND l.epoch = c.epoch
          WHERE c.workspace_id = ?1),
        (SELECT size FROM logs WHERE workspace_id = ?1))
      ORDER BY seq DESC LIMIT 1`,
    args: [workspace],
  })
  const [row] = rows
  if (!(row?.header instanceof ArrayBuffer))
    throw new UsageError('the workspace demo has no entries; run `watchbill demo create` first')
  return { seq: Number(row.seq), header: new Uint8Array(row.header) }
}

export const tamperCommands: readonly Command[] = [
  {
    name: 'demo tamper',
    summary: 'Change one stored byte of the workspace demo behind its back, to watch it being found.',
    run: runTamper,
  },
]
