import { execFileSync } from 'node:child_process'
import { chown, link, mkdir, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { Collector } from '../collect/collector.ts'
import { CursorStore } from '../collect/cursor-store.ts'
import { openBelow } from '../collect/open-below.ts'
import { drillCount, testFolder } from '../testing/folder.ts'
import { lineFormat } from '../testing/format.ts'
import { canDescend, openByDescent, openByName } from './open-file.ts'

const ways = [
  { name: 'folder by folder', open: openByDescent, here: canDescend() },
  { name: 'by name', open: openByName, here: true },
].filter(({ here }) => here)

const readBy = async (way: (typeof ways)[number], root: string, path: string): Promise<string> => {
  const handle = await way.open(root, path.split('/'))
  try {
    return await handle.readFile('utf8')
  } finally {
    await handle.close()
  }
}

/** A root with a file in a folder, and a file outside. */
const setting = async () => {
  const top = await testFolder()
  const root = join(top, 'base/root')
  await mkdir(join(root, 'a/b'), { recursive: true })
  await writeFile(join(root, 'a/b/in.jsonl'), 'inside')
  await mkdir(join(top, 'outside/b'), { recursive: true })
  await writeFile(join(top, 'outside/b/in.jsonl'), 'secret')
  return { top, root, outside: join(top, 'outside') }
}

describe.each(ways)('opening $name', (way) => {
  it('reads what lies there', async () => {
    const { root } = await setting()
    expect(await readBy(way, root, 'a/b/in.jsonl')).toBe('inside')
    await expect(readBy(way, root, 'a/b/none.jsonl')).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('refuses a symbolic link in the place of the file', async () => {
    const { root, outside } = await setting()
    await symlink(join(outside, 'b/in.jsonl'), join(root, 'a/b/link.jsonl'))
    await expect(readBy(way, root, 'a/b/link.jsonl')).rejects.toThrow('symbolic link')
  })

  it('refuses links within the root, too: names are what they are', async () => {
    const { root } = await setting()
    await symlink('in.jsonl', join(root, 'a/b/other.jsonl'))
    await expect(readBy(way, root, 'a/b/other.jsonl')).rejects.toThrow('symbolic link')
  })

  it.each(['a', 'a/b'])('refuses a symbolic link in the place of the folder %s', async (folder) => {
    const { root, outside } = await setting()
    await rm(join(root, folder), { recursive: true })
    await symlink(folder === 'a' ? outside : join(outside, 'b'), join(root, folder))
    await expect(readBy(way, root, 'a/b/in.jsonl')).rejects.toThrow('symbolic link')
  })

  it.each(['base', 'base/root'])('refuses a root whose %s was replaced by a link', async (part) => {
    const { top, root } = await setting()
    await rename(join(top, part), join(top, 'moved'))
    await symlink(join(top, 'moved'), join(top, part))
    await expect(readBy(way, root, 'a/b/in.jsonl')).rejects.toThrow('root was replaced')
  })

  it('never reads outside while folders are swapped for links under it', async () => {
    const { top, root, outside } = await setting()
    let running = true
    const swap = async () => {
      while (running) {
        await rename(join(root, 'a'), join(top, 'aside'))
        await symlink(outside, join(root, 'a'))
        await new Promise(setImmediate)
        await rm(join(root, 'a'))
        await rename(join(top, 'aside'), join(root, 'a'))
      }
    }
    const swapping = swap()
    const seen = new Map<string, number>()
    for (let round = 0; round < drillCount(500, 20_000); round += 1) {
      const what = await readBy(way, root, 'a/b/in.jsonl').catch((error: Error) => error.name)
      seen.set(what, (seen.get(what) ?? 0) + 1)
    }
    running = false
    await swapping
    expect([...seen.keys()]).not.toContain('secret')
  })
})

describe('what is opened', () => {
  const openIn = async (root: string, path: string) => {
    const { handle, stats } = await openBelow({ path: root, uid: process.getuid?.() ?? 0 }, path)
    await handle.close()
    return stats.size
  }

  it.each([
    '../outside/b/in.jsonl',
    'a/../../outside/b/in.jsonl',
    '/etc/passwd',
    'a//in',
    './a',
    'a\\b',
    'a\0b',
    '',
  ])('never follows the name %j out of its folder', async (path) => {
    const { root } = await setting()
    await expect(openIn(root, path)).rejects.toThrow('leads out')
  })

  it('is no folder, FIFO, socket or device', async () => {
    const { root } = await setting()
    execFileSync('mkfifo', [join(root, 'fifo.jsonl')])
    await expect(openIn(root, 'fifo.jsonl')).rejects.toThrow('not a regular file')
    await expect(openIn(root, 'a')).rejects.toThrow('not a regular file')
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(join(root, 's.jsonl'), resolve))
    await expect(openIn(root, 's.jsonl')).rejects.toThrow('not a regular file')
    server.close()
    await expect(openIn(await realpath('/dev'), 'null')).rejects.toThrow('not a regular file')
  })

  it.skipIf(process.getuid?.() !== 0)(
    'is no file of another user, nor a second name for one of ours',
    async () => {
      const { root, outside } = await setting()
      const agent = 65534
      await chown(join(root, 'a/b/in.jsonl'), 12345, 12345)
      const owned = { path: root, uid: agent }
      await expect(openBelow(owned, 'a/b/in.jsonl')).rejects.toThrow('file of another user')
      await link(join(outside, 'b/in.jsonl'), join(root, 'a/hard.jsonl'))
      await expect(openBelow(owned, 'a/hard.jsonl')).rejects.toThrow('hard link')
      await chown(join(root, 'a/b/in.jsonl'), agent, agent)
      const { handle } = await openBelow(owned, 'a/b/in.jsonl')
      await handle.close()
    },
  )
})

describe('roots', () => {
  const open: Collector[] = []
  afterEach(async () => {
    for (const collector of open.splice(0)) await collector.close()
  })
  const collect = async (home: string, providerSessionRoots?: Record<string, string[]>) => {
    const collector = new Collector({
      formats: [lineFormat],
      surroundings: {
        home,
        env: {},
        ...(providerSessionRoots === undefined ? {} : { providerSessionRoots }),
      },
      store: new CursorStore(await testFolder()),
      now: Date.now,
      log: () => {},
      changed: () => {},
    })
    open.push(collector)
    await look(collector)
    return collector
  }
  const look = async (collector: Collector) => {
    await collector.sweep()
    await collector.settled()
  }
  const lines = (collector: Collector) =>
    [...collector.installations.values()].flatMap((each) => each.facts().map(({ tokens }) => tokens.input))
  const states = (collector: Collector) => collector.places.map(({ state, reason }) => ({ state, reason }))
  const replaced = { state: 'unreadable', reason: expect.stringContaining('replaced by a symbolic link') }

  it('may be links when the daemon starts, and must stay what they were', async () => {
    const { top, outside } = await setting()
    await mkdir(join(top, 'real/sessions'), { recursive: true })
    await writeFile(join(top, 'real/sessions/a.jsonl'), '1\n')
    await symlink(join(top, 'real'), join(top, '.lines'))
    const collector = await collect(top)
    expect(lines(collector)).toEqual([1])
    await rm(join(top, '.lines'))
    await mkdir(join(top, '.lines'))
    await symlink(join(outside, 'b'), join(top, '.lines/sessions'))
    await writeFile(join(outside, 'b/secret.jsonl'), '1\n2\n3\n')
    await look(collector)
    expect(states(collector)).toEqual([replaced])
    expect(lines(collector)).toEqual([1])
  })

  it.each(['.lines', '.lines/sessions'])(
    'that come into being later must not be links (%s)',
    async (part) => {
      const { top, outside } = await setting()
      const collector = await collect(top)
      expect(states(collector)).toEqual([{ state: 'absent', reason: null }])
      await mkdir(join(outside, 'sessions'))
      await writeFile(join(outside, 'sessions/secret.jsonl'), '1\n')
      await mkdir(dirname(join(top, part)), { recursive: true })
      await symlink(part === '.lines' ? outside : join(outside, 'sessions'), join(top, part))
      await look(collector)
      expect(states(collector)).toEqual([replaced])
      expect(lines(collector)).toEqual([])
      await rm(join(top, part))
      await mkdir(join(top, '.lines/sessions'), { recursive: true })
      await writeFile(join(top, '.lines/sessions/mine.jsonl'), '1\n2\n')
      await look(collector)
      expect(lines(collector)).toEqual([2])
    },
  )

  it('are those of the configuration and no others', async () => {
    const { top } = await setting()
    for (const folder of ['.lines/sessions', 'work/lines/sessions', 'elsewhere']) {
      await mkdir(join(top, folder), { recursive: true })
      await writeFile(join(top, folder, 'a.jsonl'), `${folder}\n`.repeat(folder.length))
    }
    const named = await collect(top, { 'line-runtime': [join(top, 'work/lines/sessions'), '~/elsewhere'] })
    expect(lines(named).sort()).toEqual(['elsewhere'.length, 'work/lines/sessions'.length].sort())
    expect(lines(await collect(top, { 'line-runtime': [] }))).toEqual([])
    expect(lines(await collect(top, { another: ['elsewhere'] }))).toEqual(['.lines/sessions'.length])
  })
})
