import { createHash } from 'node:crypto'
import { copyFile, lstat, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FixedRoot } from '../../collect/open-below.ts'
import { FluffyWriter, type WriterOptions } from '../../testing/fluffy-writer.ts'
import { drillCount, testFolder } from '../../testing/folder.ts'
import { sqlite } from './engine.ts'
import { copyDatabase, DatabaseBusy, databaseMark } from './private-copy.ts'
import { readStateRow } from './state-row.ts'

const limits = { databaseBytes: 8 << 20, walBytes: 512 * 1024 * 1024, attempts: 5 }
const name = 'state.db'

const rootAt = async (path: string): Promise<FixedRoot> => ({ path, uid: (await lstat(path)).uid })

/** Throws unless the image is sound and all of one commit; which one. */
const commitOf = async (image: Uint8Array): Promise<number> => {
  const { Database } = await sqlite()
  const database = new Database(image)
  try {
    expect(database.exec('PRAGMA integrity_check')[0]?.values).toEqual([['ok']])
    const [row = []] = database.exec('SELECT count(*), min(n), max(n) FROM filler')[0]?.values ?? []
    const [count, least, most] = row
    expect([count, least]).toEqual([100, most])
    const data: { n: number } = JSON.parse((await readStateRow(image))?.data ?? '')
    expect(data.n).toBe(most)
    return data.n
  } finally {
    database.close()
  }
}

/** Where the last commit of a log ends: the writer may have been killed in the middle of the next one. */
const endOfCommits = (log: Buffer): number => {
  const frameBytes = 24 + log.readUInt32BE(8)
  let end = 32
  for (let at = 32; at + frameBytes <= log.length; at += frameBytes)
    if (log.readUInt32BE(at + 4) !== 0) end = at + frameBytes
  return end
}

/** Everything that could tell a touch: names, content, size, times; the time of last reading aside. */
const traces = async (folder: string): Promise<unknown[]> => {
  const names = (await readdir(folder)).sort()
  return Promise.all(
    names.map(async (each) => {
      const { ino, size, mtimeNs, ctimeNs } = await lstat(join(folder, each), { bigint: true })
      const hash = createHash('sha256')
        .update(await readFile(join(folder, each)))
        .digest('hex')
      return { each, ino, size, mtimeNs, ctimeNs, hash }
    }),
  )
}

describe('a private copy of a database at rest', () => {
  it('shows rows that are in the log only, after a writer that was killed, and leaves no trace', async () => {
    const folder = await testFolder()
    const writer = await FluffyWriter.start(join(folder, name), { autocheckpoint: 0, pauseMs: 20 })
    await writer.hasMade(10)
    await writer.kill()
    const before = await traces(folder)
    const image = await copyDatabase(await rootAt(folder), name, limits)
    const commit = await commitOf(image)
    expect(await traces(folder)).toEqual(before)
    const bare = await testFolder()
    await copyFile(join(folder, name), join(bare, name))
    const without = await copyDatabase(await rootAt(bare), name, limits)
    expect(await readStateRow(without).catch(() => null)).toBeNull()
    expect(commit).toBeGreaterThan(0)
    console.info(`read commit ${commit} from the log alone`)
  })

  it('ignores what follows the last commit, and stops at the first damaged frame', async () => {
    const folder = await testFolder()
    const writer = await FluffyWriter.start(join(folder, name), { autocheckpoint: 0, pauseMs: 5 })
    await writer.hasMade(10)
    await writer.kill()
    const root = await rootAt(folder)
    const whole = await commitOf(await copyDatabase(root, name, limits))
    const log = await readFile(join(folder, `${name}-wal`))
    const end = endOfCommits(log)
    await writeFile(
      join(folder, `${name}-wal`),
      Buffer.concat([log.subarray(0, end), log.subarray(32, 3000)]),
    )
    expect(await commitOf(await copyDatabase(root, name, limits))).toBe(whole)
    await writeFile(join(folder, `${name}-wal`), log.subarray(0, end - 3000))
    expect(await commitOf(await copyDatabase(root, name, limits))).toBe(whole - 1)
    const middle = Math.floor(log.length / 2)
    log.writeUInt8(log.readUInt8(middle) ^ 1, middle)
    await writeFile(join(folder, `${name}-wal`), log)
    const damaged = await commitOf(await copyDatabase(root, name, limits))
    expect(damaged).toBeLessThan(whole)
  })

  it('refuses links, other files, too much, and a journal of somebody at work', async () => {
    const folder = await testFolder()
    const root = await rootAt(folder)
    const copy = () => copyDatabase(root, name, limits)
    await expect(copy()).rejects.toMatchObject({ code: 'ENOENT' })
    const outside = join(await testFolder(), 'other.db')
    await writeFile(outside, 'SQLite format 3\0')
    await symlink(outside, join(folder, name))
    await expect(copy()).rejects.toMatchObject({ name: 'Refused', message: 'symbolic link' })
    const plain = await rootAt(await testFolder())
    const path = join(plain.path, name)
    await writeFile(path, '<html>')
    await expect(copyDatabase(plain, name, limits)).rejects.toThrow('not an SQLite database')
    await expect(copyDatabase(plain, name, { ...limits, databaseBytes: 5 })).rejects.toThrow('over 5 bytes')
    await writeFile(`${path}-journal`, 'd9d505f920a163d7')
    await expect(copyDatabase(plain, name, limits)).rejects.toThrow('a rollback journal lies beside it')
  })
})

describe('a private copy while somebody writes', () => {
  const ways: readonly (readonly [string, WriterOptions])[] = [
    ['never checkpoints', { autocheckpoint: 0, pauseMs: 200 }],
    ['checkpoints and truncates at every commit', { autocheckpoint: 1, pauseMs: 40 }],
    ['closes at every commit, which deletes the log', { autocheckpoint: 1000, reopen: true, pauseMs: 150 }],
  ]
  it.each(ways)('is of one commit, in order, and hinders nobody: a writer that %s', async (_, options) => {
    const folder = await testFolder()
    const writer = await FluffyWriter.start(join(folder, name), options)
    const root = await rootAt(folder)
    const seen: number[] = []
    let busy = 0
    // On a busy machine it may take more of them until one falls between two commits.
    for (let round = 0; round < drillCount(15, 150) || seen.length === 0; round++) {
      try {
        seen.push(await commitOf(await copyDatabase(root, name, limits)))
      } catch (error) {
        if (!(error instanceof DatabaseBusy)) throw error
        busy += 1
      }
    }
    const { commits, hindered } = await writer.stop()
    console.info(`${seen.length} copies of ${commits} commits, ${busy} times busy`)
    expect(hindered).toEqual([])
    expect(seen.length).toBeGreaterThan(0)
    expect(seen).toEqual([...seen].sort((left, right) => left - right))
  })
})

describe('the mark of a database', () => {
  it('is null while fresh or absent, the same at rest, another after a change in the log', async () => {
    const folder = await testFolder()
    const root = await rootAt(folder)
    expect(await databaseMark(root, name, Date.now())).toBeNull()
    await writeFile(join(folder, name), 'x')
    expect(await databaseMark(root, name, (await lstat(join(folder, name))).mtimeMs)).toBeNull()
    const laterMs = Date.now() + 5000
    const mark = await databaseMark(root, name, laterMs)
    expect(mark).not.toBeNull()
    expect(await databaseMark(root, name, laterMs)).toBe(mark)
    await writeFile(join(folder, `${name}-wal`), 'x')
    expect(await databaseMark(root, name, laterMs)).not.toBe(mark)
  })
})
