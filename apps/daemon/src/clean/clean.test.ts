import { appendFile, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { Failure } from '../cli/failure.ts'
import { promptRow, sessionFile, sessionId, writeRows } from '../testing/claude-home.ts'
import { cursorFolder, cursorTexts } from '../testing/cursor-files.ts'
import { testFolder, until } from '../testing/folder.ts'
import { withMachines } from '../testing/machine.ts'
import { clean } from './clean.ts'

const machine = withMachines()
const day = 86_400_000

/** Every path below with size and time: what is unchanged stays out of a difference. */
const listing = async (root: string): Promise<string[]> => {
  const names = await readdir(root, { recursive: true })
  const lines = await Promise.all(
    names.map(async (name) => {
      const { size, mtimeMs } = await stat(join(root, name))
      return `${name} ${size} ${mtimeMs}`
    }),
  )
  return lines.sort()
}

/** A machine whose daemon ran and stopped: one session still there, one gone. */
const setting = async () => {
  const here = await machine()
  for (const number of [1, 2]) {
    const options = { session: sessionId(number), atMs: Date.now() }
    await writeRows(sessionFile(here.home, options.session), [promptRow(options, number)])
  }
  await here.begin()
  const cursors = cursorFolder(here.data)
  await until('both cursors', async () => (await cursorTexts(here.data)).length === 2)
  await rm(sessionFile(here.home, sessionId(2)))
  await until('the gone one', async () =>
    (await cursorTexts(here.data)).some((text) => /"archivedMs":\d/.test(text)),
  )
  const lines: string[] = []
  const terminal = {
    env: { HOME: here.home, WATCHBILL_DATA: here.data },
    out: (text: string) => {
      lines.push(text)
    },
    err: () => {},
    readInput: async () => '',
  }
  const run = async (args: readonly string[], now = Date.now) => {
    lines.length = 0
    await clean(args, terminal, now)
    return lines.join('\n')
  }
  return { ...here, cursors, run }
}

it("lists in a dry run exactly what goes, and removes nothing else, least of all a runtime's file", async () => {
  const here = await setting()
  await here.watchbill(['stop'])
  await appendFile(join(here.data, 'daemon/log.1'), 'old\n')
  const runtimes = await listing(join(here.home, '.claude'))
  for (const args of [['--logs'], ['--sessions', '0'], ['--all']]) {
    const before = await listing(here.data)
    const said = JSON.parse(await here.run([...args, '--dry-run', '--json']))
    expect(await listing(here.data)).toEqual(before)
    expect(said.items.length).toBeGreaterThan(0)
    await here.run(args)
    const left = new Set(await listing(here.data))
    const went = before.filter((line) => !left.has(line)).map((line) => line.split(' ')[0] ?? '')
    const files = went.filter((name) => /\.json$|log|status/.test(name)).map((name) => join(here.data, name))
    expect(files.sort()).toEqual(said.items.map(({ path }: { path: string }) => path).sort())
  }
  expect(await listing(join(here.home, '.claude'))).toEqual(runtimes)
  expect(await readdir(join(here.data, 'daemon'))).toEqual(
    expect.arrayContaining(['credential.json', 'spool']),
  )
})

it('removes what is known of sessions that are gone so long, and keeps the others', async () => {
  const here = await setting()
  await here.watchbill(['stop'])
  expect(await here.run(['--sessions', '7'])).toBe('Nothing to clean.')
  await here.run(['--sessions', '7'], () => Date.now() + 8 * day)
  expect(await readdir(here.cursors)).toHaveLength(1)
})

it('refuses while the daemon runs, except for logs and for looking', async () => {
  const here = await setting()
  await expect(here.run(['--all'])).rejects.toThrow(
    expect.objectContaining({ mend: expect.stringContaining('watchbill stop') }),
  )
  await expect(here.run(['--sessions', '0'])).rejects.toThrow(Failure)
  expect(await here.run(['--all', '--dry-run'])).toContain('Would remove')
  expect(await here.run(['--logs'])).toContain('Removed')
  expect((await here.watchbill(['status'])).code).toBe(0)
})

it('follows no link out of its folder and wants to be told what', async () => {
  const data = await testFolder()
  const outside = join(await testFolder(), 'log')
  await writeFile(outside, 'theirs')
  await mkdir(join(data, 'daemon/cursors'), { recursive: true })
  await symlink(outside, join(data, 'daemon/log'))
  await writeFile(join(data, 'daemon/cursors/notes.txt'), 'theirs')
  const lines: string[] = []
  const terminal = {
    env: { WATCHBILL_DATA: data },
    out: (text: string) => {
      lines.push(text)
    },
    err: () => {},
    readInput: async () => '',
  }
  await clean(['--all'], terminal)
  expect(lines).toEqual(['Nothing to clean.'])
  expect(await readFile(outside, 'utf8')).toBe('theirs')
  for (const args of [[], ['--logs', '--all'], ['--sessions', 'x'], ['--sessions', '-1'], ['--everything']])
    await expect(clean(args, terminal)).rejects.toMatchObject({ exitCode: 2 })
})
