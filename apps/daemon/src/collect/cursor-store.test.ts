import { readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { testFolder } from '../testing/folder.ts'
import { type Cursor, startPlace } from './cursor.ts'
import { CursorStore } from './cursor-store.ts'

const cursor = (path: string, more: Partial<Cursor> = {}): Cursor => ({
  v: 1,
  runtime: 'line-runtime',
  stateVersion: 1,
  root: '/home/kim/.lines',
  path,
  place: { ...startPlace(7), offset: 3 },
  told: true,
  oversized: 0,
  grewMs: null,
  archivedMs: null,
  state: { lines: ['one'] },
  ...more,
})

it('gives back what was saved, privately', async () => {
  const folder = await testFolder()
  const store = new CursorStore(folder)
  await store.save(cursor('a'))
  await store.save(cursor('a', { oversized: 2 }))
  await store.save(cursor('b'))
  expect((await store.load(0)).map(({ path, oversized }) => [path, oversized]).sort()).toEqual([
    ['a', 2],
    ['b', 0],
  ])
  for (const name of await readdir(folder)) {
    expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600)
    expect(name).not.toContain('kim')
  }
})

it('drops a cursor torn at any byte, and leftovers of a crash', async () => {
  const folder = await testFolder()
  const store = new CursorStore(folder)
  await store.save(cursor('a'))
  const [name = ''] = await readdir(folder)
  const whole = await readFile(join(folder, name))
  for (let cut = whole.length - 1; cut >= 0; cut -= 7) {
    await writeFile(join(folder, name), whole)
    await truncate(join(folder, name), cut)
    await writeFile(join(folder, `${name}.abc.tmp`), 'half')
    expect(await store.load(0)).toEqual([])
    expect(await readdir(folder)).toEqual([])
  }
})

it('drops a cursor in which a single digit changed', async () => {
  const folder = await testFolder()
  const store = new CursorStore(folder)
  await store.save(cursor('a'))
  const [name = ''] = await readdir(folder)
  const text = await readFile(join(folder, name), 'utf8')
  await writeFile(join(folder, name), text.replace('"offset":3', '"offset":4'))
  expect(await store.load(0)).toEqual([])
})

it('forgets archived files after 30 days, not before', async () => {
  const store = new CursorStore(await testFolder())
  await store.save(cursor('gone', { archivedMs: 1000 }))
  expect(await store.load(1000 + 29 * 86_400_000)).toHaveLength(1)
  expect(await store.load(1000 + 31 * 86_400_000)).toHaveLength(0)
})
