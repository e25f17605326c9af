import { spawn } from 'node:child_process'
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { parseConfig } from '../config/load.ts'
import { dataFolder } from '../data-folder.ts'
import { promptRow, sessionFile, sessionId, writeRows } from '../testing/claude-home.ts'
import { testFolder, until } from '../testing/folder.ts'
import { programPath, withMachines } from '../testing/machine.ts'
import { run } from '../testing/program.ts'
import { launchdPlist } from './launchd.ts'
import { serviceOf } from './service.ts'
import { systemdUnit } from './systemd.ts'

const machine = withMachines()

const aService = (data: string, home: string, config = 'version: 2\n') =>
  serviceOf({
    node: process.execPath,
    nodeVersion: process.version,
    entry: '/opt/watchbill/dist/watchbill.js',
    data,
    folder: dataFolder({ WATCHBILL_DATA: data }),
    home,
    env: { CODEX_HOME: `${home}/code x`, SECRET: 'no' },
    config: parseConfig('config.yaml', config, home),
    nodeFlags: [],
  })

/** Words of a systemd line: double quotes, C escapes, `%%` and `$$` (systemd.syntax(7), systemd.service(5)). */
const words = (line: string): string[] =>
  [...line.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, text = '']) =>
    text.replace(/\\(.)/g, '$1').replaceAll('%%', '%').replaceAll('$$', '$'),
  )
const setting = (unit: string, name: string): string[] =>
  unit.split('\n').flatMap((line) => (line.startsWith(`${name}=`) ? [line.slice(name.length + 1)] : []))
const values = (argv: readonly string[], flag: string): string[] =>
  argv.filter((word) => word.startsWith(`${flag}=`)).map((word) => word.slice(flag.length + 1))

it('grants the session roots, what the config names and its own folder, and nothing more', async () => {
  const home = await testFolder()
  const config = `version: 2
providerSessionRoots: { claude-code: [${home}/elsewhere] }
runtimes:
  - { runtime: kato, path: ${home}/.kato/runtime }
  - { runtime: vak, url: "http://127.0.0.1:1", tokenFile: ${home}/token }
`
  const unit = systemdUnit(aService(join(home, 'data'), home, config), 'user')
  const argv = words(setting(unit, 'ExecStart')[0] ?? '')
  expect(argv.some((word) => /^--(experimental-)?permission$/.test(word))).toBe(true)
  const own = join(home, 'data/daemon')
  for (const path of values(argv, '--allow-fs-write')) expect(path.startsWith(own), path).toBe(true)
  const read = values(argv, '--allow-fs-read')
  const granted = (path: string) => read.some((each) => each.replace(/\/?\*$/, '') === path)
  for (const path of [
    own,
    `${home}/elsewhere`,
    `${home}/code x/sessions`,
    `${home}/.kato/runtime`,
    `${home}/token`,
  ])
    expect(granted(path), path).toBe(true)
  for (const path of ['', '/', home, dirname(home), `${home}/.claude/projects`, '*'])
    expect(granted(path), path).toBe(false)
  expect(argv.filter((word) => /^--allow-(child|worker|addons|wasi)/.test(word))).toEqual([])
  expect(argv.slice(-5)).toEqual([
    '/opt/watchbill/dist/watchbill.js',
    'start',
    '--foreground',
    '--data',
    join(home, 'data'),
  ])
  expect(unit).not.toContain('SECRET')
})

it('says paths with quotes, dollars, percent signs and spaces as they are, and refuses stars and line breaks', async () => {
  const home = await testFolder()
  const data = join(home, `it's "a" $HOME %h \\ 100%`)
  const service = aService(data, home)
  const unit = systemdUnit(service, { system: 'someone' })
  expect(words(setting(unit, 'ExecStart')[0] ?? '')).toEqual(service.argv)
  expect(setting(unit, 'User')).toEqual(['someone'])
  expect(setting(unit, 'Environment').flatMap(words)).toContain(`CODEX_HOME=${home}/code x`)
  const plist = launchdPlist(service)
  const array = /<array>([\s\S]*)<\/array>/.exec(plist)?.[1] ?? ''
  const told = [...array.matchAll(/<string>(.*)<\/string>/g)].map(([, text = '']) =>
    text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&'),
  )
  expect(told).toEqual(service.argv)
  expect(() => aService(join(home, 'a*b'), home)).toThrow(RangeError)
  expect(() => systemdUnit(aService(`${home}/a\nb`, home), 'user')).toThrow(RangeError)
  expect(() => systemdUnit(service, { system: 'a\nExecStartPre=/bin/sh' })).toThrow(RangeError)
})

it('two data folders are two services; the same one is the same', async () => {
  const home = await testFolder()
  const names = ['a', 'b', 'a'].map((name) => aService(join(home, name), home).name)
  expect(names[0]).toBe(names[2])
  expect(names[0]).not.toBe(names[1])
})

it('runs as the printed unit says, and reports what lies in its roots', async () => {
  const here = await machine()
  await writeRows(sessionFile(here.home, sessionId(1)), [
    promptRow({ session: sessionId(1), atMs: Date.now() }, 1),
  ])
  expect((await here.watchbill(['enroll', '--api', here.sink.url], 'test_token_123456')).code).toBe(0)
  const { out: unit } = await here.watchbill(['service', 'install', '--print', '--user'])
  const [program = '', ...args] = words(setting(unit, 'ExecStart')[0] ?? '')
  const env = Object.fromEntries(
    setting(unit, 'Environment')
      .flatMap(words)
      .map((line) => line.split('=')),
  )
  const child = spawn(program, args, { env, cwd: setting(unit, 'WorkingDirectory')[0] ?? '/' })
  await until('the session', () => here.sink.sessions().has(sessionId(1)))
  const status = JSON.parse((await here.watchbill(['status', '--json'])).out)
  expect(status).toMatchObject({ state: 'running', pid: child.pid })
  expect(status.daemon.limits.length).toBeGreaterThan(0)
  child.kill('SIGTERM')
  await until('its end', () => child.exitCode !== null || child.signalCode !== null)
  expect(child.exitCode).toBe(0)
})

it('installs and uninstalls with the service manager, and leaves nothing when that refuses', async () => {
  if (process.platform !== 'linux') return
  const here = await machine()
  await here.watchbill(['enroll', '--api', here.sink.url], 'test_token_123456')
  const bin = await testFolder()
  const said = join(bin, 'said')
  const manager = (code: number) =>
    writeFile(join(bin, 'systemctl'), `#!/bin/sh\necho "$@" >> '${said}'\necho no bus >&2\nexit ${code}\n`, {
      mode: 0o755,
    })
  const env = {
    ...here.env,
    XDG_CONFIG_HOME: join(here.home, 'xdg'),
    PATH: `${bin}${delimiter}${process.env.PATH}`,
  }
  const service = (...args: string[]) => run(programPath(), ['service', ...args, '--user'], env)
  await manager(1)
  const refused = await service('install')
  expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('no bus') })
  await manager(0)
  const { installed } = JSON.parse((await service('install', '--json')).out)
  expect(dirname(installed)).toBe(join(here.home, 'xdg/systemd/user'))
  expect((await readFile(said, 'utf8')).trim().split('\n').slice(1)).toEqual([
    '--user daemon-reload',
    expect.stringMatching(/^--user enable watchbill-[0-9a-f]{8}\.service$/),
    expect.stringMatching(/^--user restart watchbill-/),
  ])
  const doctor = async () => JSON.parse((await run(programPath(), ['doctor', '--json'], env)).out)
  const checkOf = async () => (await doctor()).checks.find(({ name }: { name: string }) => name === 'service')
  expect(await checkOf()).toMatchObject({ state: 'ok', found: installed })
  await mkdir(join(here.home, 'more'))
  const config = `version: 2\nproviderSessionRoots: { codex: [${here.home}/more] }\n`
  await writeFile(join(here.data, 'daemon/config.yaml'), config)
  expect(await checkOf()).toMatchObject({ state: 'warn', mend: 'watchbill service install' })
  expect(JSON.parse((await service('uninstall', '--json')).out)).toEqual({ removed: true, path: installed })
  await expect(stat(installed)).rejects.toThrow('ENOENT')
  expect((await service('uninstall')).out).toContain('There was no service')
  expect(await service('instal')).toMatchObject({ code: 2 })
})
