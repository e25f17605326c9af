import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { buildPrograms, type Programs, runProgram } from '../testing/process.ts'

const root = fileURLToPath(new URL('../../../../', import.meta.url))
const home = mkdtempSync(join(tmpdir(), 'watchbill-console-'))
const env = { HOME: home, XDG_STATE_HOME: join(home, 'state') }
let programs: Programs

beforeAll(async () => {
  programs = await buildPrograms()
  await build({
    entryPoints: [join(root, 'apps/daemon/src/main.ts')],
    outfile: join(programs.folder, 'watchbill.mjs'),
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    format: 'esm',
    logLevel: 'error',
    loader: { '.wasm': 'copy' },
    external: ['sql.js'],
    banner: {
      js: `import { createRequire as __r } from 'node:module'; const require = __r(import.meta.url);`,
    },
  })
})
afterAll(async () => {
  await programs.cleanup()
  rmSync(home, { recursive: true, force: true })
})

const admin = (args: readonly string[], more = {}) => programs.admin(args, { ...env, ...more })
const verify = (args: readonly string[]) =>
  runProgram(join(programs.folder, 'watchbill.mjs'), ['verify', ...args], {
    ...env,
    WATCHBILL_DATA: programs.data,
  })
const done = async (args: readonly string[], more = {}) => {
  const ended = await admin(args, more)
  expect(ended.code, `${args.join(' ')}: ${ended.stdout}${ended.stderr}`).toBe(0)
  return ended.stdout
}

const fsck = async (): Promise<{
  logs: { workspace: string; findings: unknown[]; secondPlace: string; checkpoints: number }[]
}> => JSON.parse(await done(['log', 'fsck', '--json']))

it('checks, exports, verifies, imports and finds one changed byte, with the programs as they ship', async () => {
  await done(['migrate'])
  await done(['workspace', 'init'])
  await done(['demo', 'create', '--empty'])
  for (let count = 0; count < 4; count += 1) await done(['key', 'create', '--scope', 'fleet:read'])
  const server = await programs.serve(env)
  // Beside a server that writes and seals, and again once it has stopped.
  let found = await fsck()
  while (found.logs.some(({ checkpoints }) => checkpoints === 0)) found = await fsck()
  server.child.kill('SIGTERM')
  await server.ended
  found = await fsck()
  expect(found.logs.map(({ workspace, findings }) => [workspace, findings])).toEqual([
    ['default', []],
    ['demo', []],
  ])
  expect(found.logs.map(({ secondPlace }) => secondPlace)).toEqual(['agrees', 'agrees'])

  const folder = join(home, 'exported')
  await done(['log', 'export', folder, '--payloads'])
  const [key = ''] = readFileSync(join(folder, 'keys'), 'utf8').split('\n')
  const first = await verify([folder, '--key', key, '--json'])
  expect(first.stderr + first.stdout).toContain('"holds":true')
  expect(first.code).toBe(0)
  expect((await verify([folder])).stdout).toContain('this log extends it')
  expect((await admin(['log', 'export', folder])).code).toBe(1)

  const other = { WATCHBILL_DATA: join(home, 'other') }
  await done(['migrate'], other)
  expect(await done(['log', 'import', folder, '--key', key], other)).toContain('/1;')
  expect(await done(['log', 'fsck', 'default'], other)).toContain('Everything stored follows')
  expect((await admin(['log', 'import', folder], other)).code).toBe(2)

  const path = join(folder, 'tile/entries/000.p', readWidth(folder))
  const bytes = readFileSync(path)
  bytes[bytes.length - 30] = (bytes[bytes.length - 30] ?? 0) ^ 1
  writeFileSync(path, bytes)
  const broken = await verify([folder, '--key', key])
  expect([broken.code, broken.stdout]).toEqual([1, expect.stringContaining('CONTRADICTED')])
  const refused = await admin(['log', 'import', folder], { WATCHBILL_DATA: join(home, 'third') })
  expect(refused.code).toBe(2)

  const said = await done(['demo', 'tamper'])
  const [, seq = ''] = /^entry (\d+) of the workspace demo/.exec(said) ?? []
  const after = await admin(['log', 'fsck', 'demo'])
  expect([after.code, after.stdout]).toEqual([1, expect.stringContaining(`entry.leaf at entry ${seq}:`)])
  expect((await admin(['verify', 'demo'])).code).toBe(1)
  expect((await admin(['verify', 'default'])).code).toBe(0)
}, 240_000)

it('leads whoever pinned the first key of a log to the one that replaced it', async () => {
  await done(['log', 'rotate-key'])
  await done(['log', 'rotate-key', '--finish'])
  const folder = join(home, 'rotated')
  await done(['log', 'export', folder])
  const keys = readFileSync(join(folder, 'keys'), 'utf8').trim().split('\n')
  expect(keys).toHaveLength(2)
  expect(readFileSync(join(folder, 'checkpoint'), 'utf8').match(/^\u2014 /gm)).toHaveLength(1)
  const signed = async () => {
    const { stdout } = await verify([folder, '--key', keys[0] ?? '', '--json'])
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '').signed.pinned
  }
  expect(await signed()).toBe('yes')
  // Without the entry that introduces it, the new key is a stranger.
  writeFileSync(join(folder, 'key-path'), '')
  expect(await signed()).not.toBe('yes')
}, 240_000)

it('is asked wrongly with exit code 2, and cannot check with 1', async () => {
  const wrong = [[], ['./no-such-file'], [home, '--key', 'nonsense'], ['--unknown']]
  for (const args of wrong) expect([args, (await verify(args)).code]).toEqual([args, 2])
  expect((await verify([home])).code).toBe(1)
  expect((await verify(['http://127.0.0.1:1/log/default'])).code).toBe(1)
}, 120_000)

const readWidth = (folder: string): string =>
  readFileSync(join(folder, 'checkpoint'), 'utf8').split('\n')[1] ?? ''
