import { spawn } from 'node:child_process'
import { chmod, mkdir, open as openFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { formats } from '@watchbill/runtimes'
import { afterEach, expect, it } from 'vitest'
import { answerRow, promptRow, sessionFile, sessionId, writeRows } from '../testing/claude-home.ts'
import { testFolder, until } from '../testing/folder.ts'
import { askClaude, readClaudeList } from './claude-sessions.ts'
import { Collector } from './collector.ts'
import { CursorStore } from './cursor-store.ts'
import { LiveBook } from './live.ts'

const ends: (() => Promise<unknown> | unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0)) await end()
})

/** A pid that was alive and is not any more. */
const deadPid = async (): Promise<number> => {
  const child = spawn(process.execPath, ['-e', '']).on('error', () => {})
  await new Promise((resolve) => child.once('exit', resolve))
  return child.pid ?? 0
}

const collectHome = async (home: string) => {
  const collector = new Collector({
    formats,
    surroundings: { home, env: {} },
    store: new CursorStore(await testFolder()),
    now: Date.now,
    log: () => {},
    changed: () => {},
  })
  ends.push(() => collector.close())
  await collector.sweep()
  await collector.settled()
  return [...collector.installations.values()]
}

it("reads Claude Code's own list, and believes only rows whose process lives", async () => {
  const base = await testFolder()
  const folder = join(base, 'sessions')
  await mkdir(folder)
  const row = (session: string) =>
    JSON.stringify({
      pid: 1,
      sessionId: session,
      cwd: '/x',
      status: 'waiting',
      waitingFor: 'permission prompt',
    })
  await writeFile(join(folder, `${process.pid}.json`), row('alive'))
  await writeFile(join(folder, `${await deadPid()}.json`), row('dead'))
  await writeFile(join(folder, 'notes.json'), row('no pid'))
  await symlink(join(folder, `${process.pid}.json`), join(folder, `${process.ppid}.json`))
  expect(await readClaudeList(base)).toEqual([
    {
      nativeId: 'alive',
      pid: process.pid,
      status: 'waiting',
      waitingFor: 'permission prompt',
      sinceMs: null,
      stated: true,
    },
  ])
  await writeFile(join(folder, `${process.pid}.json`), '{"half":')
  expect(await readClaudeList(base)).toEqual([])
  expect(await readClaudeList(join(base, 'none'))).toBeNull()
})

it.runIf(process.platform === 'linux')(
  'does not believe a file older than the process that has its number now',
  async () => {
    const base = await testFolder()
    await mkdir(join(base, 'sessions'))
    const file = join(base, 'sessions', `${process.pid}.json`)
    await writeFile(file, JSON.stringify({ sessionId: 'old', status: 'busy' }))
    await utimes(file, new Date(0), new Date(1_000_000))
    expect(await readClaudeList(base)).toEqual([])
  },
)

it('asks `claude agents --json` where there is no list, and takes no answer for no answer', async () => {
  const bin = await testFolder()
  const env = { PATH: `${bin}:${process.env.PATH}` }
  const claude = join(bin, 'claude')
  const say = (body: string) =>
    writeFile(claude, `#!/bin/sh\n[ "$1 $2" = "agents --json" ] || exit 9\n${body}\n`).then(() =>
      chmod(claude, 0o755),
    )
  await say(`echo '[{"pid":${process.pid},"sessionId":"s1","status":"busy"}]'`)
  const answer = await until('an answer in time', () => askClaude('/nowhere', env))
  expect(answer).toMatchObject([{ nativeId: 's1', status: 'working' }])
  await say("echo '[]'; exit 1")
  expect(await askClaude('/nowhere', env)).toBeNull()
  await say('yes "[" | head -c 3000000')
  expect(await askClaude('/nowhere', env)).toBeNull()
  expect(await askClaude('/nowhere', { PATH: '/nonexistent' })).toBeNull()
})

it('reports a session as waiting from the list, and as gone once it leaves the list', async () => {
  const home = await testFolder()
  const id = sessionId(1)
  const options = { atMs: Date.now() - 3_600_000, session: id }
  await writeRows(sessionFile(home, id), [
    promptRow(options, 1),
    answerRow(options, 2, { name: 'Bash', input: {} }),
  ])
  const list = join(home, '.claude/sessions')
  await mkdir(list)
  const file = join(list, `${process.pid}.json`)
  await writeFile(file, JSON.stringify({ sessionId: id, status: 'waiting', waitingFor: 'permission prompt' }))
  const installations = await collectHome(home)
  const book = new LiveBook({})
  expect(await book.poll(installations, Date.now())).toBe(true)
  const [installation] = installations
  if (installation === undefined) throw new Error('no installation')
  expect(book.of(installation).entries.get(id)).toMatchObject({
    source: 'reported',
    session: { status: 'waiting' },
  })
  expect(await book.poll(installations, Date.now())).toBe(false)
  await rm(file)
  expect(await book.poll(installations, Date.now())).toBe(true)
  expect(book.of(installation)).toMatchObject({ gone: new Set([id]) })
})

it.runIf(process.platform === 'linux')('sees by /proc which session a process holds open', async () => {
  const home = await testFolder()
  const id = '01a1f848-b543-7e91-9e5e-989cb75f9d5f'
  const file = join(home, `.codex/sessions/2026/11/20/rollout-2026-11-20T09-27-57-${id}.jsonl`)
  const at = new Date(Date.now() - 7_200_000).toISOString()
  const payload = { id, cwd: '/x', originator: 'codex-tui', cli_version: '0.169.0', timestamp: at }
  await writeRows(file, [
    { timestamp: at, type: 'session_meta', payload },
    { timestamp: at, type: 'event_msg', payload: { type: 'user_message', message: 'hello' } },
    { timestamp: at, type: 'event_msg', payload: { type: 'task_started', turn_id: 't' } },
  ])
  expect((await stat(file)).isFile()).toBe(true)
  const handle = await openFile(file, 'a')
  ends.push(() => handle.close())
  const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)'], {
    argv0: 'codex',
    stdio: ['ignore', 'ignore', 'ignore', handle.fd],
  })
  ends.push(() => child.kill('SIGKILL'))
  const installations = await collectHome(home)
  const book = new LiveBook({})
  const [installation] = installations
  if (installation === undefined) throw new Error('no installation')
  // Its name is in /proc only some time after its start.
  let nowMs = Date.now()
  await until('the session', async () => {
    nowMs += 10_000
    await book.poll(installations, nowMs)
    return book.of(installation).entries.has(id)
  })
  expect(book.of(installation).entries.get(id)).toMatchObject({
    source: 'observed',
    session: { status: 'working', pid: child.pid },
  })
})
