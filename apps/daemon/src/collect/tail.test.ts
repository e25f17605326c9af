import { execFileSync } from 'node:child_process'
import { appendFile, mkdir, open, rename, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { drillCount, testFolder } from '../testing/folder.ts'
import { type LinesState, lineFormat } from '../testing/format.ts'
import { Cursor } from './cursor.ts'
import { Tail } from './tail.ts'

const fixture = Buffer.from(
  [
    '{"type":"user","text":"grüße 👋"}',
    '{"type":"assistant","usage":{"in":1}}',
    '',
    '\0\0\0damaged',
    '{"type":"a"}{"type":"spliced"}',
    `{"pad":"${'p'.repeat(120)}"}`,
    '{"last":true}\r',
    '',
  ].join('\n'),
)

const place = async () => {
  const path = await testFolder()
  const root = { path, uid: (await stat(path)).uid }
  return { root, file: join(path, 'a.jsonl'), tail: new Tail<LinesState>(lineFormat, root, 'a.jsonl') }
}

/** What a restart keeps: the cursor through JSON, and nothing else. */
const restarted = (tail: Tail<LinesState>): Tail<LinesState> => {
  const next = new Tail<LinesState>(lineFormat, tail.root, tail.path)
  expect(next.resume(Cursor.parse(JSON.parse(JSON.stringify(tail.toCursor()))))).toBe(true)
  return next
}

const oneShot = async (bytes: Buffer): Promise<readonly string[]> => {
  const { tail, file } = await place()
  await writeFile(file, bytes)
  await tail.read(Date.now())
  return tail.state.lines
}

it('reads the same however the file is cut in two, at every byte (rows 1 and 2)', async () => {
  const whole = await oneShot(fixture)
  const { root } = await place()
  for (let cut = 0; cut <= fixture.length; cut += 1) {
    const name = `${cut}.jsonl`
    await writeFile(join(root.path, name), fixture.subarray(0, cut))
    const tail = new Tail<LinesState>(lineFormat, root, name)
    await tail.read(Date.now())
    expect(tail.offset).toBe(fixture.subarray(0, cut).lastIndexOf(10) + 1)
    const next = cut % 2 === 0 ? restarted(tail) : tail
    await appendFile(join(root.path, name), fixture.subarray(cut))
    await next.read(Date.now())
    expect(next.state.lines).toEqual(whole)
    expect(next.offset).toBe(fixture.length)
  }
})

it('reads the same in random pieces with restarts in between', async () => {
  const whole = await oneShot(fixture)
  const step = fc.record({
    size: fc.integer({ min: 1, max: 60 }),
    restart: fc.boolean(),
    reads: fc.integer({ min: 0, max: 2 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 30 }), async (steps) => {
      let { tail, file } = await place()
      await writeFile(file, '')
      let at = 0
      for (const { size, restart, reads } of [...steps, { size: fixture.length, restart: true, reads: 1 }]) {
        await appendFile(file, fixture.subarray(at, at + size))
        at = Math.min(fixture.length, at + size)
        for (let count = 0; count < reads; count += 1) await tail.read(Date.now())
        if (restart) tail = restarted(tail)
      }
      await tail.read(Date.now())
      expect(tail.state.lines).toEqual(whole)
    }),
    { numRuns: drillCount(20, 200) },
  )
})

it('starts over when the file was cut, replaced, or rewritten in place (row 3)', async () => {
  const { tail, file } = await place()
  await writeFile(file, 'one\ntwo\nthree\n')
  await tail.read(Date.now())
  await truncate(file, 4)
  expect(await tail.read(Date.now())).toMatchObject({ restarted: true })
  expect(tail.state.lines).toEqual(['one'])

  await writeFile(`${file}.new`, 'one\ntwo\nfour\n')
  await rename(`${file}.new`, file)
  expect(await tail.read(Date.now())).toMatchObject({ restarted: true })
  expect(tail.state.lines).toEqual(['one', 'two', 'four'])

  const handle = await open(file, 'r+')
  await handle.write('ONE\nTWO\nFOUR\nfive\n', 0)
  await handle.close()
  expect(await tail.read(Date.now())).toMatchObject({ restarted: true })
  expect(tail.state.lines).toEqual(['ONE', 'TWO', 'FOUR', 'five'])
})

it('notices that only the last lines it read were rewritten', async () => {
  const { tail, file } = await place()
  const start = 'x\n'.repeat(6000)
  await writeFile(file, `${start}one\n`)
  await tail.read(Date.now())
  const handle = await open(file, 'r+')
  await handle.write('two\nthree\n', start.length)
  await handle.close()
  expect(await restarted(tail).read(Date.now())).toMatchObject({ restarted: true })
})

it('notices a rewrite that happened while it was away', async () => {
  const { tail, file } = await place()
  await writeFile(file, 'one\ntwo\n')
  await tail.read(Date.now())
  const handle = await open(file, 'r+')
  await handle.write('eno\nowt\nmore\n', 0)
  await handle.close()
  const next = restarted(tail)
  await next.read(Date.now())
  expect(next.state.lines).toEqual(['eno', 'owt', 'more'])
})

it('waits for a half-written line without reading it again and again, and skips one over the cap (rows 1 and 6)', async () => {
  const { tail, file } = await place()
  await writeFile(file, 'one\n')
  await tail.read(Date.now(), 100)
  for (let count = 0; count < 30; count += 1) {
    await appendFile(file, 'xxxxx')
    await tail.read(Date.now(), 100)
  }
  expect(tail).toMatchObject({ oversized: 1 })
  const next = restarted(tail)
  await appendFile(file, 'end of it\ntwo\n')
  await next.read(Date.now(), 100)
  expect(next.state.lines).toEqual(['one', 'two'])
  expect(next.oversized).toBe(1)
})

it('says when a file grew, and not when it was only met', async () => {
  const { tail, file } = await place()
  await writeFile(file, 'one\n')
  await tail.read(Date.now())
  expect(tail.grewMs).toBeNull()
  await appendFile(file, 'two\n')
  await tail.read(5)
  expect(tail.grewMs).toBe(5)
  const next = restarted(tail)
  expect(next.grewMs).toBe(5)
  await appendFile(file, 'three\n')
  await next.read(7)
  expect(next.grewMs, 'it grew while nobody looked').toBe(7)
})

it('throws away what another parser version, or nobody, understood', async () => {
  const { tail, file, root } = await place()
  await writeFile(file, 'one\n')
  await tail.read(Date.now())
  const cursor = tail.toCursor()
  const next = new Tail<LinesState>(lineFormat, root, 'a.jsonl')
  expect(next.resume({ ...cursor, stateVersion: 2 })).toBe(false)
  expect(next.resume({ ...cursor, state: null })).toBe(false)
  await next.read(Date.now())
  expect(next.state.lines).toEqual(['one'])
})

it('opens regular files below its root only (row 26)', async () => {
  const { root } = await place()
  const outside = join(await testFolder(), 'secret.jsonl')
  await writeFile(outside, 'secret\n')
  await mkdir(join(root.path, 'real'))
  await symlink(outside, join(root.path, 'link.jsonl'))
  await symlink(dirname(outside), join(root.path, 'folder'))
  execFileSync('sh', ['-c', 'mkfifo "$0"', join(root.path, 'pipe.jsonl')])
  const refusals: Record<string, string> = {
    'link.jsonl': 'symbolic link',
    'folder/secret.jsonl': 'folder behind a symbolic link',
    'pipe.jsonl': 'not a regular file',
    real: 'not a regular file',
    '../secret.jsonl': 'path leads out of its folder',
    'real/../../secret.jsonl': 'path leads out of its folder',
    '/etc/passwd': 'path leads out of its folder',
    'a\0b': 'path leads out of its folder',
  }
  for (const [path, reason] of Object.entries(refusals)) {
    await expect(new Tail(lineFormat, root, path).read(0), path).rejects.toThrow(reason)
  }
})

it('lets a missing file be missing', async () => {
  const { tail, file } = await place()
  await writeFile(file, 'one\n')
  await tail.read(Date.now())
  await rm(file)
  await expect(tail.read(Date.now())).rejects.toThrow('ENOENT')
  expect(tail.state.lines).toEqual(['one'])
})
