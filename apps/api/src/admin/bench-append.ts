import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { merkle } from '@watchbill/ledger'
import { type Connection, openConnection } from '../db/connection.ts'
import { createLogGroup, runBatch } from '../db/log-group.ts'
import { migrate } from '../db/migrate.ts'
import type { LogEntry } from '../db/write.ts'
import { createEntryPool } from './bench-entries.ts'
import { type Contestant, type RatesOf, race, ratioOf } from './bench-race.ts'
import { type Bench, type BenchRow, goalRow, median, plainRow, workspaceSql } from './bench-row.ts'

const batches = [1000, 100, 10, 1] as const

/**
 * The writer's own append against the limit: the same entries with the same crypto (leaf hash, payload commitment, tree)
 * into a flat file with one fdatasync a batch. Beside them a bare insert and a bare fdatasync.
 */
export const benchAppend = async ({ folder, path, quick, say }: Bench): Promise<BenchRow[]> => {
  say('appending, in turns with the limit')
  const open = async (name: string) => {
    const file = join(folder, name)
    await migrate({ url: `file:${file}`, now: Date.now })
    return openConnection({ path: file, busyMs: 5000 })
  }
  const connections = [
    openConnection({ path, busyMs: 5000 }),
    await open('plain.db'),
    await open('bare.db'),
  ] as const
  const [indexed, plain, bare] = connections
  for (const connection of connections) connection.exec(workspaceSql('default'))
  // The trigger looks things up in the index: without it, it would read the whole table for every row.
  plain.exec('DROP TRIGGER entries_no_replace; DROP INDEX entries_by_place')
  const files = ['limit', 'sync'].map((name) => openSync(join(folder, name), 'a'))
  const [limitFile = -1, syncFile = -1] = files
  const checked = createEntryPool('default', { checked: true })
  const contestants = [
    ...batches.flatMap((batch) => [
      ledger('ledger', indexed, checked, batch),
      ledger('no index', plain, checked, batch),
      flatFile(limitFile, batch),
    ]),
    ledger('writer', indexed, createEntryPool('default', { checked: false }), 1),
    bareSync(syncFile),
    bareInsert(bare, createEntryPool('default', { checked: false })),
  ]
  const rates = await race(contestants, { rounds: quick ? 3 : 9, turnMs: quick ? 60 : 250 })
  const bytes = [indexed, plain].map(bytesOf)
  for (const file of files) closeSync(file)
  for (const connection of connections) connection.close()
  return [...ratioRows(rates), ...rateRows(contestants, rates), growthRow(bytes)]
}

const ledger = (name: string, connection: Connection, next: () => LogEntry, batch: number): Contestant => {
  return {
    name: `${name} ${batch}`,
    batch,
    once: () => {
      const entries = Array.from({ length: batch }, next)
      const append = { workspace: 'default', entries, events: [], now: 0, newProducer: producer }
      connection.run(begin)
      const log = createLogGroup(connection)
      runBatch(connection, log, { statements: [], append })
      log.flush()
      connection.run(commit)
    },
  }
}

const begin = { sql: 'BEGIN IMMEDIATE', args: [] }
const commit = { sql: 'COMMIT', args: [] }
const producer = 'prd_01a1f848-b543-7e91-9e5e-989cb75f9d5f'

const flatFile = (file: number, batch: number): Contestant => {
  const next = createEntryPool('default', { checked: true })
  let frontier = merkle.emptyFrontier
  return {
    name: `flat file ${batch}`,
    batch,
    once: () => {
      const parts: Uint8Array[] = []
      for (let count = 0; count < batch; count += 1) {
        const { header, leaf, opened } = next()
        frontier = merkle.appendLeaf(frontier, leaf)
        parts.push(header, leaf, Buffer.from(opened?.payload ?? ''), opened?.salt ?? new Uint8Array())
      }
      writeSync(file, Buffer.concat([...parts, merkle.formatFrontier(frontier)]))
      fdatasyncSync(file)
    },
  }
}

const bareSync = (file: number): Contestant => {
  const bytes = Buffer.alloc(512, 1)
  return {
    name: 'fdatasync',
    batch: 1,
    once: () => {
      writeSync(file, bytes)
      fdatasyncSync(file)
    },
  }
}

/** Rows of the same table, one statement each: no crypto, no log, no payload. */
const bareInsert = (connection: Connection, next: () => LogEntry): Contestant => {
  const pool = Array.from({ length: 1000 }, next)
  let seq = 0n
  const sql = `INSERT INTO entries (workspace_id, seq, producer_no, pseq, received_at, leaf, header)
    VALUES ('default', ?1, 1, ?1, 0, ?2, ?3)`
  return {
    name: 'bare insert 1000',
    batch: 1000,
    once: () => {
      connection.exec('BEGIN IMMEDIATE')
      for (const { leaf, header } of pool) {
        connection.run({ sql, args: [seq, leaf, header] })
        seq += 1n
      }
      connection.exec('COMMIT')
    },
  }
}

const ratioRows = (rates: RatesOf): BenchRow[] => {
  const detailOf = (one: string, over: string) =>
    `wall, of ${over}; by processor time ${ratioOf(rates, one, over, 'cpu').toFixed(2)}`
  const rows = batches.flatMap((batch) =>
    ['ledger', 'no index'].map((name) => {
      const [one, over] = [`${name} ${batch}`, `flat file ${batch}`]
      const title = `append, ${batch} a batch${name === 'ledger' ? '' : ', without the secondary index'}`
      const value = ratioOf(rates, one, over, 'wall')
      if (one === 'ledger 1000') return goalRow(title, value, 'x', ['>=', 0.4], detailOf(one, over))
      return plainRow(title, value, 'x', detailOf(one, over))
    }),
  )
  const [writer, sync] = ['writer 1', 'fdatasync']
  return [
    ...rows,
    goalRow(
      'append, one a batch, inside the writer',
      ratioOf(rates, writer, sync, 'wall'),
      'x',
      ['>=', 0.8],
      `${detailOf(writer, sync)}; entries checked before`,
    ),
  ]
}

const rateRows = (contestants: readonly Contestant[], rates: RatesOf): BenchRow[] =>
  contestants.map(({ name }) => {
    const { wall, cpu } = rates(name)
    return plainRow(
      `rate: ${name}`,
      median(wall),
      '/s',
      `${Math.round(median(cpu))} per second of processor time`,
    )
  })

/** Bytes of the database for each entry, payload and all. */
const bytesOf = (connection: Connection): number => {
  const read = (sql: string) => Number(connection.run({ sql, args: [] }).rows[0]?.[0])
  const size = read(`SELECT size FROM logs WHERE workspace_id = 'default'`)
  return (read('PRAGMA page_count') * read('PRAGMA page_size')) / size
}

const growthRow = ([indexed = 0, plain = 0]: readonly number[]): BenchRow =>
  plainRow(
    'growth of the database',
    indexed,
    'B/entry',
    `header, leaf, payload, salt, tiles and index; without the index ${Math.round(plain)}`,
  )
