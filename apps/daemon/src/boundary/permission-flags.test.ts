import { join } from 'node:path'
import { formats } from '@watchbill/runtimes'
import { expect, it } from 'vitest'
import { dataFolder } from '../data-folder.ts'
import { testFolder } from '../testing/folder.ts'
import { type Confinement, permissionFlags } from './permission-flags.ts'

const confinement = async (nodeVersion: string, more: Partial<Confinement> = {}): Promise<Confinement> => {
  const home = await testFolder()
  return {
    nodeVersion,
    formats,
    surroundings: { home, env: { PATH: '/usr/bin' } },
    folder: dataFolder({ WATCHBILL_DATA: join(home, 'data') }),
    entry: '/opt/watchbill/dist/watchbill.js',
    childProcesses: false,
    ...more,
  }
}
const named = (flags: readonly string[]) => flags.filter((flag) => !flag.includes('='))

it.each([
  ['v20.19.0', ['--experimental-permission']],
  ['v22.12.0', ['--experimental-permission']],
  ['v22.13.0', ['--permission']],
  ['v23.4.0', ['--experimental-permission']],
  ['v24.1.0', ['--permission']],
  ['v25.0.0', ['--permission', '--allow-net']],
  ['v26.10.0', ['--permission', '--allow-net']],
])('speaks the words Node %s knows', async (version, words) => {
  expect(named(permissionFlags(await confinement(version)))).toEqual(words)
})

it('refuses to guess the words of an unknown version', async () => {
  const unknown = await confinement('banana')
  expect(() => permissionFlags(unknown)).toThrow(RangeError)
})

it('allows reading the roots and the program, writing the own data alone, and nothing more', async () => {
  const given = await confinement('v20.20.2')
  const { home } = given.surroundings
  const flags = permissionFlags(given)
  const of = (kind: string) =>
    flags.filter((flag) => flag.startsWith(`--allow-fs-${kind}=`)).map((flag) => flag.split('=')[1] ?? '')
  expect(of('read')).toEqual(
    expect.arrayContaining([
      join(home, '.claude/projects/*'),
      join(home, '.claude/sessions/*'),
      join(home, '.codex/sessions/*'),
      '/opt/watchbill/dist/*',
    ]),
  )
  expect(of('write').every((path) => path.startsWith(join(home, 'data/daemon')))).toBe(true)
  expect(of('read')).not.toContain(join(home, '*'))
  expect(of('read')).not.toContain(join(home, '.claude/*'))
  expect(of('read').some((path) => path.startsWith('/proc'))).toBe(false)
  expect(flags).not.toContain('--allow-child-process')
})

it('starts processes only where the live list is wanted, and finds `claude` then', async () => {
  const flags = permissionFlags(await confinement('v24.1.0', { childProcesses: true }))
  expect(flags).toContain('--allow-child-process')
  expect(flags).toContain('--allow-fs-read=/usr/bin/claude')
})

it('takes configured roots instead of those of the format', async () => {
  const given = await confinement('v20.20.2')
  const surroundings = { ...given.surroundings, providerSessionRoots: { codex: ['/srv/codex/sessions'] } }
  const flags = permissionFlags({ ...given, surroundings })
  expect(flags).toContain('--allow-fs-read=/srv/codex/sessions/*')
  expect(flags.some((flag) => flag.includes('.codex'))).toBe(false)
})

it('refuses a path that the flags would take for a pattern', async () => {
  const given = await confinement('v20.20.2', { alsoRead: ['/srv/*/status.json'] })
  expect(() => permissionFlags(given)).toThrow(/cannot be granted/)
})
