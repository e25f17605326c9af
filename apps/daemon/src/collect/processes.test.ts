import { spawn } from 'node:child_process'
import { expect, it } from 'vitest'
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
      const found = (await new ProcessTable().scan(Date.now()))?.find(({ pid }) => pid === child.pid)
      expect(found).toMatchObject({ runtime: 'codex', cwd: process.cwd() })
      expect(Math.abs((found?.startMs ?? 0) - began)).toBeLessThan(5000)
    } finally {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGKILL')
      await ended
    }
    expect((await new ProcessTable().scan(Date.now()))?.some(({ pid }) => pid === child.pid)).toBe(false)
    expect(await processStartMs(child.pid ?? 0)).toBeNull()
  },
)
