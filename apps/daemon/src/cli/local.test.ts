import { spawn } from 'node:child_process'
import { appendFile, mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { answerRow, promptRow, sessionFile, sessionId, writeRows } from '../testing/claude-home.ts'
import { testFolder, until } from '../testing/folder.ts'
import { type Machine, programPath, withMachines } from '../testing/machine.ts'
import { run } from '../testing/program.ts'

const machine = withMachines()
const token = 'test_token_123456'

const writeConfig = async ({ data }: Machine, text: string) => {
  await mkdir(join(data, 'daemon'), { recursive: true })
  await writeFile(join(data, 'daemon/config.yaml'), text)
}

it('sets up a machine in one step, once, and tells of a control plane beside it', async () => {
  const here = await machine()
  const admin = join(dirname(dirname(dirname(programPath()))), 'api/dist/admin.js')
  await mkdir(dirname(admin), { recursive: true })
  await writeFile(admin, '')
  const bare = await here.watchbill(['init'])
  expect(bare.out).toContain('Not enrolled')
  expect(bare.out).toContain('watchbill workspace init')
  const config = join(here.data, 'daemon/config.yaml')
  expect((await stat(config)).mode & 0o777).toBe(0o600)
  await writeFile(config, 'version: 2\npayload: none\n')
  const env = { ...here.env, WATCHBILL_ENROLL_TOKEN: token }
  const joined = await run(programPath(), ['init', '--api', here.sink.url, '--json'], env)
  expect(JSON.parse(joined.out)).toMatchObject({ written: false, enrolled: true, apiUrl: here.sink.url })
  expect(await readFile(config, 'utf8')).toContain('payload: none')
  await writeFile(config, 'verson: 2\n')
  expect((await here.watchbill(['init'])).err).toContain('the version is missing')
})

it('reads sessions with no daemon and no control plane, and writes nothing', async () => {
  const here = await machine()
  const old = { session: sessionId(2), atMs: Date.now() - 3 * 86_400_000 }
  await writeRows(sessionFile(here.home, sessionId(1)), [
    promptRow({ session: sessionId(1), atMs: Date.now() }, 1),
  ])
  await writeRows(sessionFile(here.home, old.session), [promptRow(old, 1), answerRow(old, 2)])
  const shown = JSON.parse((await here.watchbill(['sessions', '--json'])).out)
  const all = JSON.parse((await here.watchbill(['sessions', '--json', '--all'])).out)
  expect(all.sessions.map(({ nativeId }: { nativeId: string }) => nativeId).sort()).toEqual([
    sessionId(1),
    sessionId(2),
  ])
  expect(shown.hidden + shown.sessions.length).toBe(2)
  await expect(stat(here.data)).rejects.toThrow('ENOENT')
  await writeConfig(here, `version: 2\nproviderSessionRoots: { claude-code: [${await testFolder()}] }\n`)
  expect((await here.watchbill(['sessions', '--all'])).out).toContain('No sessions')
})

it('shows the end of the log, older file included, and follows it through a rotation', async () => {
  const here = await machine()
  expect((await here.watchbill(['logs'])).err).toContain('there is no log')
  const log = join(here.data, 'daemon/log')
  await mkdir(dirname(log), { recursive: true })
  await writeFile(`${log}.1`, 'one\ntwo\n')
  await writeFile(log, 'three\n')
  expect((await here.watchbill(['logs', '-n', '2'])).out).toBe('two\nthree\n')
  expect(await here.watchbill(['logs', '-n', 'x'])).toMatchObject({ code: 2 })
  const env = { PATH: process.env.PATH ?? '', ...here.env }
  const child = spawn(process.execPath, [programPath(), 'logs', '-f', '-n', '0'], { env })
  let text = ''
  child.stdout.on('data', (piece) => {
    text += String(piece)
  })
  // Until it looks, what is appended counts as there before.
  await until('the first', async () => {
    await appendFile(log, 'four\n')
    return text.includes('four')
  })
  await writeFile(`${log}.new`, 'five\n')
  await rename(`${log}.new`, log)
  await until('the new file', () => text.includes('five'))
  child.kill('SIGTERM')
  await until('its end', () => child.exitCode !== null)
  expect(child.exitCode).toBe(0)
})
