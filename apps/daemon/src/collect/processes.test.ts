import { spawn } from 'node:child_process'
import { readFile, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { testFolder, until } from '../testing/folder.ts'
import { ProcessTable, processStartMs, runtimeOf } from './processes.ts'

it('knows agents by their first words, and nothing else', () => {
  const lines: [string[], string | null][] = [
    [['claude', '--resume'], 'claude-code'],
    [['/usr/local/bin/codex'], 'codex'],
    [['node', '/usr/lib/node_modules/@google/gemini-cli/bundle/gemini.js'], 'gemini-cli'],
    [['node', '/usr/bin/gemini'], 'gemini-cli'],
    [['/opt/node', '/x/node_modules/@github/copilot/index.js'], 'copilot-cli'],
    [['node', '/home/kim/server.js', 'claude'], null],
    [['vim', 'claude'], null],
    [['bash', '-c', 'claude'], null],
    [['/home/kim/codex/run.sh'], null],
    [[''], null],
  ]
  for (const [argv, runtime] of lines) expect(runtimeOf(argv), argv.join(' ')).toBe(runtime)
})

it.runIf(process.platform === 'linux')(
  'finds a live process and when it began, and loses it when it ends',
  async () => {
    const began = Date.now()
    const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)'], {
      argv0: 'codex',
      stdio: 'ignore',
    })
    try {
      const table = new ProcessTable()
      // Its name is in /proc only some time after its start.
      const look = async () => (await table.scan(Date.now()))?.find(({ pid }) => pid === child.pid) ?? null
      const found = await until('the process', look)
      expect(found).toMatchObject({ runtime: 'codex', cwd: process.cwd() })
      expect(found.startMs).toBeGreaterThan(began - 5000)
      expect(found.startMs).toBeLessThan(Date.now() + 5000)
    } finally {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGKILL')
      await ended
    }
    expect((await new ProcessTable().scan(Date.now()))?.some(({ pid }) => pid === child.pid)).toBe(false)
    expect(await processStartMs(child.pid ?? 0)).toBeNull()
  },
)

it.runIf(process.platform === 'linux')(
  'does not stay with what a process was called before it became an agent',
  async () => {
    const codex = join(await testFolder(), 'codex')
    await symlink('/bin/sleep', codex)
    const child = spawn('/bin/sh', ['-c', 'read go; exec "$0" 60', codex], {
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    const ended = new Promise((resolve) => child.once('exit', resolve))
    try {
      const table = new ProcessTable()
      const nowMs = Date.now()
      const seen = async () => (await table.scan(nowMs))?.find(({ pid }) => pid === child.pid)?.runtime
      expect(await seen()).toBeUndefined()
      child.stdin.end('go\n')
      const name = async () => (await readFile(`/proc/${child.pid}/cmdline`, 'utf8')).split('\0')[0]
      await until('its new name', async () => (await name()) === codex)
      expect(await seen()).toBe('codex')
    } finally {
      child.kill('SIGKILL')
      await ended
    }
  },
)
