import {
  appendFile,
  mkdir,
  open as openFile,
  rename,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { testFolder, until } from '../testing/folder.ts'
import { lineFormat } from '../testing/format.ts'
import { Collector } from './collector.ts'
import { CursorStore } from './cursor-store.ts'

const open: Collector[] = []
afterEach(async () => {
  for (const collector of open.splice(0)) await collector.close()
})

const collect = async (home: string, store: string) => {
  const collector = new Collector({
    formats: [lineFormat],
    surroundings: { home, env: {} },
    store: new CursorStore(store),
    now: Date.now,
    log: () => {},
    changed: () => {},
  })
  open.push(collector)
  await collector.sweep()
  await collector.settled()
  return collector
}

const put = async (home: string, path: string, text: string) => {
  const file = join(home, '.lines/sessions', path)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, text)
  return file
}

/** Lines read per session file. */
const read = (collector: Collector): Record<string, number | null> =>
  Object.fromEntries(
    [...collector.installations.values()].flatMap((each) =>
      each.facts().map(({ nativeId, tokens }) => [nativeId.replace('sessions/', ''), tokens.input]),
    ),
  )

it('follows files, new ones and new folders without being told to sweep (row 17)', async () => {
  const home = await testFolder()
  const first = await put(home, 'a/one.jsonl', '1\n')
  const collector = await collect(home, await testFolder())
  expect(read(collector)).toEqual({ 'a/one.jsonl': 1 })
  await appendFile(first, '2\n3')
  await until('the appended line', () => read(collector)['a/one.jsonl'] === 2)
  await put(home, '2026/11/20/two.jsonl', '1\n2\n')
  await until('a file in new folders', () => read(collector)['2026/11/20/two.jsonl'] === 2)
})

it('finds by sweeping what watchers missed, and a root that appears later', async () => {
  const home = await testFolder()
  const collector = await collect(home, await testFolder())
  expect(collector.places.map(({ state }) => state)).toEqual(['absent'])
  const file = await put(home, 'one.jsonl', '1\n')
  await collector.glance()
  await collector.settled()
  expect(read(collector)).toEqual({ 'one.jsonl': 1 })
  await appendFile(file, '2\n')
  await collector.sweep()
  await collector.settled()
  expect(read(collector)).toEqual({ 'one.jsonl': 2 })
})

it('goes on where it stood after a restart, and keeps what deleted files said (rows 2 and 20)', async () => {
  const home = await testFolder()
  const store = await testFolder()
  const kept = await put(home, 'kept.jsonl', 'x\n'.repeat(10_000))
  const gone = await put(home, 'gone.jsonl', '1\n')
  const first = await collect(home, store)
  await first.close()
  await rm(gone)
  // Between head and anchor a line end goes: whoever reads from the beginning again counts one line less.
  const handle = await openFile(kept, 'r+')
  await handle.write('y', 10_001)
  await handle.close()
  await appendFile(kept, 'x\n')
  const second = await collect(home, store)
  expect(read(second)).toEqual({ 'kept.jsonl': 10_001, 'gone.jsonl': 1 })
  await rm(kept)
  await second.sweep()
  await second.settled()
  expect(read(second)).toEqual({ 'kept.jsonl': 10_001, 'gone.jsonl': 1 })
  await put(home, 'kept.jsonl', 'new\n')
  await second.sweep()
  await second.settled()
  expect(read(second)).toEqual({ 'kept.jsonl': 1, 'gone.jsonl': 1 })
})

it('knows a file that was moved as the same file', async () => {
  const home = await testFolder()
  const file = await put(home, 'a.jsonl', '1\n')
  await mkdir(join(home, '.lines/sessions/archive'))
  const collector = await collect(home, await testFolder())
  await rename(file, join(home, '.lines/sessions/archive/a.jsonl'))
  await until('the move', async () => {
    await collector.sweep()
    await collector.settled()
    return Object.keys(read(collector)).join() === 'archive/a.jsonl'
  })
})

it('does not follow links, and counts what it refuses', async () => {
  const home = await testFolder()
  const outside = join(await testFolder(), 'secret.jsonl')
  await writeFile(outside, 'secret\n')
  const file = await put(home, 'a.jsonl', '1\n')
  await symlink(outside, join(dirname(file), 'link.jsonl'))
  await symlink(dirname(outside), join(dirname(file), 'folder'))
  const collector = await collect(home, await testFolder())
  expect(read(collector)).toEqual({ 'a.jsonl': 1 })
  await rm(file)
  await symlink(outside, file)
  await until('the refusal', () => collector.unread()['file: symbolic link'] === 1)
  expect(read(collector)).toEqual({ 'a.jsonl': 1 })
})

it('reads a file again whose time changed, and finds it unchanged', async () => {
  const home = await testFolder()
  const file = await put(home, 'a.jsonl', '1\n')
  const collector = await collect(home, await testFolder())
  await utimes(file, new Date(), new Date((await stat(file)).mtimeMs + 5000))
  await collector.sweep()
  await collector.settled()
  expect(read(collector)).toEqual({ 'a.jsonl': 1 })
})

it('calls a root that cannot be read unreadable, with the reason, and readable again', async () => {
  const home = await testFolder()
  await mkdir(join(home, '.lines'))
  await writeFile(join(home, '.lines/sessions'), 'not a folder')
  const collector = await collect(home, await testFolder())
  const [installation] = [...collector.installations.values()]
  expect(installation?.unreadable).toBe('~/.lines/sessions: not a folder')
  await rm(join(home, '.lines/sessions'))
  await put(home, 'a.jsonl', '1\n')
  await collector.sweep()
  await collector.settled()
  expect([...collector.installations.values()].map(({ unreadable }) => unreadable)).toEqual([null])
  expect(read(collector)).toEqual({ 'a.jsonl': 1 })
})
