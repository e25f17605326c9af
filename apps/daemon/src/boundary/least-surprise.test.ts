import { execFileSync, spawn } from 'node:child_process'
import { chmod, lstat, mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { isAlive } from '../alive.ts'
import { appendRows, promptRow, sessionFile, sessionId, writeRows } from '../testing/claude-home.ts'
import { testFolder, until } from '../testing/folder.ts'
import { type Machine, programPath, withMachines } from '../testing/machine.ts'

const machine = withMachines()

const options = (number: number) => ({ session: sessionId(number), atMs: Date.now() })

/** Everything below a folder: kind, size, time of change, owner's bits, and which file it is. */
const listing = async (root: string): Promise<string[]> => {
  const names = await readdir(root, { recursive: true })
  const lines = await Promise.all(
    names.map(async (name) => {
      const { size, mtimeMs, ctimeMs, ino, mode } = await lstat(join(root, name))
      return `${name} ${mode} ${ino} ${size} ${mtimeMs} ${ctimeMs}`
    }),
  )
  return lines.sort()
}

const limitsOf = async (here: Machine): Promise<string> =>
  JSON.stringify(JSON.parse((await here.watchbill(['status', '--json'])).out).daemon?.limits ?? null)

const configure = async (here: Machine, text: string): Promise<void> => {
  const folder = join(here.data, 'daemon')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await writeFile(join(folder, 'config.yaml'), text, { mode: 0o600 })
  await chmod(join(folder, 'config.yaml'), 0o600)
}

it('writes nothing outside of its own folder, from enrolling to stopping', async () => {
  const here = await machine()
  for (const number of [1, 2, 3])
    await writeRows(sessionFile(here.home, sessionId(number)), [promptRow(options(number), number)])
  await mkdir(join(here.home, '.codex/sessions'), { recursive: true })
  const before = await listing(here.home)
  await here.begin()
  await until('the sessions', () => here.sink.sessions().size === 3)
  await here.watchbill(['status'])
  expect((await here.watchbill(['stop'])).code).toBe(0)
  expect(await listing(here.home)).toEqual(before)
})

it('finds changes by looking where watching is switched off, and says so', async () => {
  const here = await machine()
  await configure(here, 'version: 2\nflags:\n  watch: false\n')
  await writeRows(sessionFile(here.home, sessionId(1)), [promptRow(options(1), 1)])
  await here.begin()
  await until('the session', () => here.sink.sessions().has(sessionId(1)))
  expect(await limitsOf(here)).toContain('switched off')
  await appendRows(sessionFile(here.home, sessionId(1)), [promptRow(options(1), 2)])
  await until('its second prompt', () => here.sink.sessions().get(sessionId(1))?.turns === 2)
  await writeRows(sessionFile(here.home, sessionId(2)), [promptRow(options(2), 3)])
  await until('a new session', () => here.sink.sessions().has(sessionId(2)))
})

/** A user namespace of its own may have no file watches at all. */
const withoutWatches = ['-Ur', 'sh', '-c', 'echo 1 > /proc/sys/user/max_inotify_watches && exec "$@"', 'sh']
const canLimit = ((): boolean => {
  try {
    execFileSync('unshare', [...withoutWatches, 'true'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()
if (!canLimit) console.info('no user namespaces here: the inotify limit was not tried')

it.skipIf(!canLimit)(
  'goes on by looking when the system has no more watches, and says how to get more',
  async () => {
    const here = await machine()
    await writeRows(sessionFile(here.home, sessionId(1)), [promptRow(options(1), 1)])
    expect((await here.watchbill(['enroll', '--api', here.sink.url], 'test_token_123456')).code).toBe(0)
    const command = [process.execPath, programPath(), 'start', '--foreground']
    const env = { PATH: process.env.PATH ?? '', ...here.env }
    const child = spawn('unshare', [...withoutWatches, ...command], { env, cwd: await testFolder() })
    try {
      await until('the session', () => here.sink.sessions().has(sessionId(1)))
      await until('the limit', async () => (await limitsOf(here)).includes('max_user_watches'))
      await appendRows(sessionFile(here.home, sessionId(1)), [promptRow(options(1), 2)])
      await until('its second prompt', () => here.sink.sessions().get(sessionId(1))?.turns === 2)
    } finally {
      child.kill('SIGTERM')
      await until('its end', () => child.exitCode !== null || child.signalCode !== null)
    }
  },
)

it('ends by itself when its socket is taken away from under it', async () => {
  const here = await machine()
  const pid = await here.begin()
  await rm(join(here.data, 'daemon/control.sock'))
  await until('its end', () => !isAlive(pid), 120_000)
})
