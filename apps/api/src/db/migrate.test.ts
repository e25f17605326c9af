import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Client } from '@libsql/client/http'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type HranaPeer, startHranaPeer } from '../testing/hrana-peer.ts'
import type { Backend } from './backend.ts'
import { type MigrationReport, migrate } from './migrate.ts'
import { type Migration, readMigrations } from './migration-files.ts'
import { openBackend } from './open.ts'

const file = (id: string, sql: string, down: string | null = null): Migration => ({
  id,
  sql,
  sha256: createHash('sha256').update(sql).digest('hex'),
  down,
})

const first = file(
  '0001_first',
  `CREATE TABLE parents (id INTEGER PRIMARY KEY);
   CREATE TABLE children (id INTEGER PRIMARY KEY, parent INTEGER NOT NULL REFERENCES parents (id) ON DELETE CASCADE);
   INSERT INTO parents VALUES (1); INSERT INTO children VALUES (10, 1);`,
)
/** The rebuild every SQLite guide shows; with foreign keys on, DROP TABLE would take the children along. */
const rebuild = file(
  '0002_rebuild',
  `CREATE TABLE parents_new (id INTEGER PRIMARY KEY, name TEXT);
   INSERT INTO parents_new (id) SELECT id FROM parents;
   DROP TABLE parents; ALTER TABLE parents_new RENAME TO parents;`,
  'ALTER TABLE parents DROP COLUMN name',
)
const third = file('0003_third', 'CREATE TABLE more (id INTEGER PRIMARY KEY)', 'DROP TABLE more')

describe.each(['file', 'hrana peer'])('migrate on a %s', (kind) => {
  let folder: string
  let url: string
  let peer: HranaPeer | null
  let backend: Backend | null

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'watchbill-migrate-'))
    const path = join(folder, 'data', 'watchbill.db')
    peer = kind === 'file' ? null : await startHranaPeer({ path: join(folder, 'peer.db') })
    url = peer?.url ?? `file:${path}`
    backend = null
  })
  afterEach(async () => {
    await backend?.close()
    await peer?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const run = (migrations: readonly Migration[], to?: string): Promise<MigrationReport> =>
    migrate({ url, now: Date.now, migrations, ...(to === undefined ? {} : { to }) })
  const connect = async (): Promise<Client> => {
    backend ??= await openBackend({ url })
    return backend.client
  }
  const readColumn = async (sql: string) => (await (await connect()).execute(sql)).rows.map((row) => row[0])
  const tables = () => readColumn("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")

  it('makes the database, applies in order, and does nothing the second time', async () => {
    expect(await run([first, rebuild])).toEqual({
      applied: ['0001_first', '0002_rebuild'],
      reverted: [],
      backup: null,
      newest: '0002_rebuild',
    })
    expect(await run([first, rebuild])).toMatchObject({ applied: [], backup: null })
    expect(await readColumn('SELECT id FROM migrations ORDER BY id')).toEqual(['0001_first', '0002_rebuild'])
  })

  it('keeps the children of a rebuilt table, and turns foreign keys on again', async () => {
    await run([first])
    const { backup } = await run([first, rebuild])
    expect(await readColumn('SELECT id FROM children')).toEqual([10])
    const client = await connect()
    await expect(client.execute('INSERT INTO children VALUES (11, 99)')).rejects.toThrow(/FOREIGN KEY/)
    if (kind !== 'file') return expect(backup).toBeNull()
    const copy = await openBackend({ url: `file:${backup}` })
    expect((await copy.client.execute('SELECT id FROM migrations')).rows).toHaveLength(1)
    expect((await copy.client.execute('PRAGMA integrity_check')).rows[0]?.[0]).toBe('ok')
    await copy.close()
  })

  it('refuses a file that was edited after it ran, naming it', async () => {
    await run([first])
    const edited = file(first.id, `${first.sql} -- edited`)
    await expect(run([edited, rebuild])).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('0001_first was edited'),
    })
    expect(await readColumn('SELECT count(*) FROM migrations')).toEqual([1])
  })

  it('refuses a database newer than the program, and an old number that comes late', async () => {
    await run([first, third])
    await expect(run([first])).rejects.toMatchObject({ message: expect.stringContaining('does not know') })
    await expect(run([first, rebuild, third])).rejects.toMatchObject({
      message: expect.stringContaining('older'),
    })
  })

  it('applies a broken file not at all, keeps those before it, and resumes once it is mended', async () => {
    const broken = file('0002_rebuild', 'CREATE TABLE half (id INTEGER); INSERT INTO nowhere VALUES (1)')
    await expect(run([first, broken, third])).rejects.toThrow(/nowhere/)
    expect(await tables()).not.toContain('half')
    expect(await run([first, rebuild, third])).toMatchObject({ applied: ['0002_rebuild', '0003_third'] })
  })

  it('refuses a file that leaves a row without its parent', async () => {
    const orphan = file('0002_orphan', 'DELETE FROM parents')
    await expect(run([first, orphan])).rejects.toThrow(/migration_check/)
    expect(await readColumn('SELECT count(*) FROM parents')).toEqual([1])
    expect(await readColumn('SELECT ok FROM migration_lock')).toEqual([1])
  })

  it('applies once when several start together', async () => {
    const reports = await Promise.all(Array.from({ length: 6 }, () => run([first, rebuild, third])))
    expect(reports.map(({ applied }) => applied.length).sort()).toEqual([0, 0, 0, 0, 0, 3])
  })

  it('takes over from a starter that died holding the lock', async () => {
    await run([first])
    const client = await connect()
    await client.execute("UPDATE migration_lock SET holder = 'dead', until = (unixepoch() - 1) * 1000")
    expect(await run([first, rebuild])).toMatchObject({ applied: ['0002_rebuild'] })
    expect(await readColumn('SELECT holder FROM migration_lock')).toEqual([null])
  })

  it('goes back by the down files, and refuses where there is none', async () => {
    await run([first, rebuild, third])
    expect(await run([first, rebuild, third], '0001_first')).toMatchObject({
      reverted: ['0003_third', '0002_rebuild'],
      newest: '0001_first',
    })
    expect(await tables()).not.toContain('more')
    expect(await run([first, rebuild, third])).toMatchObject({ applied: ['0002_rebuild', '0003_third'] })
    const noWayBack = file('0004_final', 'CREATE TABLE final (id INTEGER)')
    await run([first, rebuild, third, noWayBack])
    await expect(run([first, rebuild, third, noWayBack], '0003_third')).rejects.toThrow(/cannot be undone/)
    await expect(run([first, rebuild, third, noWayBack], '0009_none')).rejects.toThrow(
      /no migration 0009_none/,
    )
  })

  it('applies our own files once when several processes start together on nothing', async () => {
    const program = `
      import { migrate } from ${JSON.stringify(new URL('migrate.ts', import.meta.url).href)}
      const { applied } = await migrate({ url: process.argv[1], now: Date.now })
      process.stdout.write(JSON.stringify(applied))`
    const options = ['--import', 'tsx', '--input-type=module', '--eval', program, url]
    const start = async () => (await promisify(execFile)(process.execPath, options)).stdout
    const outputs = await Promise.all([start(), start(), start()])
    const applied = JSON.stringify(readMigrations().map(({ id }) => id))
    expect(outputs.sort()).toEqual([applied, '[]', '[]'].sort())
  })

  it.runIf(kind === 'file')('makes files only their owner can read', async () => {
    await run([first])
    await run([first, rebuild])
    const data = join(folder, 'data')
    const backups = readdirSync(join(data, 'backups')).map((name) => join('backups', name))
    expect(backups).toHaveLength(1)
    for (const name of ['watchbill.db', ...backups])
      expect(statSync(join(data, name)).mode & 0o077, name).toBe(0)
  })
})
