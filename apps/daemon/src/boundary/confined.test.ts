import { spawn } from 'node:child_process'
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { formats } from '@watchbill/runtimes'
import { expect, it } from 'vitest'
import { dataFolder } from '../data-folder.ts'
import { answerRow, promptRow, sessionFile, sessionId, writeRows } from '../testing/claude-home.ts'
import { testFolder, until } from '../testing/folder.ts'
import { type Machine, programPath, withMachines } from '../testing/machine.ts'
import { run } from '../testing/program.ts'
import { permissionFlags } from './permission-flags.ts'

const machine = withMachines()

/** WATCHBILL_NODE_BINARIES: more Nodes to run this on, separated by `:`. */
const nodes = [process.execPath, ...(process.env.WATCHBILL_NODE_BINARIES ?? '').split(':').filter(Boolean)]

const versionOf = async (node: string): Promise<string> => {
  const child = spawn(node, ['--version'], { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  for await (const piece of child.stdout) text += String(piece)
  return text.trim()
}

const flagsFor = (here: Machine, nodeVersion: string, entry: string): string[] =>
  permissionFlags({
    nodeVersion,
    formats,
    surroundings: { home: here.home, env: {} },
    folder: dataFolder({ WATCHBILL_DATA: here.data }),
    entry,
    childProcesses: false,
  })

/** A session inside, and one outside that links inside lead to. */
const plant = async (here: Machine): Promise<string> => {
  const atMs = Date.now()
  const inside = { session: sessionId(1), atMs }
  await writeRows(sessionFile(here.home, inside.session), [promptRow(inside, 1), answerRow(inside, 2)])
  const outside = join(await testFolder(), 'outside')
  const secret = { session: sessionId(2), atMs }
  await writeRows(join(outside, `${secret.session}.jsonl`), [promptRow(secret, 3), answerRow(secret, 4)])
  const root = join(here.home, '.claude/projects')
  await symlink(outside, join(root, 'linked'))
  await symlink(join(outside, `${secret.session}.jsonl`), sessionFile(here.home, secret.session))
  return outside
}

it.each(nodes)('watches its roots under the permission model and nothing outside (%s)', async (node) => {
  const version = await versionOf(node)
  const here = await machine()
  const outside = await plant(here)
  expect((await here.watchbill(['enroll', '--api', here.sink.url], 'test_token_123456')).code).toBe(0)
  const flags = flagsFor(here, version, programPath())
  const env = { PATH: process.env.PATH ?? '', ...here.env }
  const child = spawn(node, [...flags, programPath(), 'start', '--foreground'], { env, cwd: here.home })
  try {
    await until('the session inside', () => here.sink.sessions().has(sessionId(1)))
    const inside = { session: sessionId(3), atMs: Date.now() }
    await writeRows(sessionFile(here.home, inside.session), [promptRow(inside, 5)])
    await until('a session that began later', () => here.sink.sessions().has(sessionId(3)))
    expect([...here.sink.sessions().keys()]).not.toContain(sessionId(2))
    const log = await readFile(join(here.data, 'daemon/log'), 'utf8')
    expect(log).toContain('daemon.looked')
    expect(log).not.toContain('.failed')
    const status = JSON.parse((await here.watchbill(['status', '--json'])).out)
    expect(JSON.stringify(status.daemon.limits)).toContain('/proc')
  } finally {
    child.kill('SIGTERM')
    await until('its end', () => child.exitCode !== null || child.signalCode !== null)
  }
  expect(child.exitCode).toBe(0)
  await requireWalls(here, outside, node, version)
  console.info(
    `confined daemon ran on Node ${version}: ${flags.filter((flag) => !flag.includes('=')).join(' ')}`,
  )
})

/** The same flags around a program that tries to get out. */
const requireWalls = async (here: Machine, outside: string, node: string, version: string): Promise<void> => {
  const folder = await testFolder()
  const probe = join(folder, 'probe.mjs')
  await mkdir(join(folder, 'dist'))
  await writeFile(probe, probeSource)
  const args = [
    join(outside, `${sessionId(2)}.jsonl`),
    sessionFile(here.home, sessionId(1)),
    join(here.data, 'daemon'),
  ]
  const flags = flagsFor(here, version, probe)
  const ended = await run(flags[0] ?? '', [...flags.slice(1), probe, ...args], {}, '', node)
  expect(JSON.parse(ended.out || ended.err)).toEqual({
    readOutside: 'ERR_ACCESS_DENIED',
    readProc: 'ERR_ACCESS_DENIED',
    readInside: 'ok',
    writeInside: 'ERR_ACCESS_DENIED',
    writeOutside: 'ERR_ACCESS_DENIED',
    writeOwn: 'ok',
    spawn: 'ERR_ACCESS_DENIED',
    worker: 'ERR_ACCESS_DENIED',
  })
}

const probeSource = `
import { readFileSync, writeFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { Worker } from 'node:worker_threads'
const [outside, inside, own] = process.argv.slice(2)
const tried = (work) => { try { work(); return 'ok' } catch (error) { return error.code } }
console.log(JSON.stringify({
  readOutside: tried(() => readFileSync(outside)),
  readProc: tried(() => readFileSync('/proc/self/environ')),
  readInside: tried(() => readFileSync(inside)),
  writeInside: tried(() => writeFileSync(inside, 'x')),
  writeOutside: tried(() => writeFileSync(outside, 'x')),
  writeOwn: tried(() => writeFileSync(own + '/probe', 'x')),
  spawn: tried(() => spawnSync('true')),
  worker: tried(() => new Worker('', { eval: true })),
}))
`
