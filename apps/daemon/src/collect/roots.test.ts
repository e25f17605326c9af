import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { formats, type SessionFormat } from '@watchbill/runtimes'
import { expect, it } from 'vitest'
import { testFolder } from '../testing/folder.ts'
import { findPlaces } from './roots.ts'

const claude = formats.filter(({ runtime }) => runtime === 'claude-code')
const find = async (home: string, env: NodeJS.ProcessEnv = {}, which: readonly SessionFormat[] = claude) =>
  (await findPlaces(which, { home, env })).map(({ display, state, reason }) => ({ display, state, reason }))

it('looks in the home folder and says what is absent', async () => {
  const home = await testFolder()
  await mkdir(join(home, '.claude/projects'), { recursive: true })
  const places = await find(home)
  expect(places).toContainEqual({ display: '~/.claude/projects', state: 'found', reason: null })
  expect(places.every(({ state }) => state === 'found' || state === 'absent')).toBe(true)
})

it('takes the variable instead, a comma list and names below home included (row 18)', async () => {
  const home = await testFolder()
  const other = await testFolder()
  await mkdir(join(home, 'acme/projects'), { recursive: true })
  await mkdir(join(other, 'projects'), { recursive: true })
  await mkdir(join(home, '.claude/projects'), { recursive: true })
  const places = await find(home, { CLAUDE_CONFIG_DIR: `${other}, ~/acme` })
  const found = places.filter(({ state }) => state === 'found').map(({ display }) => display)
  expect(found).toContain('~/acme/projects')
  expect(found).toHaveLength(2)
  expect(found).not.toContain('~/.claude/projects')
})

it('lists one real folder once, however many names lead to it', async () => {
  const home = await testFolder()
  await mkdir(join(home, '.claude/projects'), { recursive: true })
  await symlink(join(home, '.claude'), join(home, 'alias'))
  const places = await findPlaces(claude, {
    home,
    env: { CLAUDE_CONFIG_DIR: `${home}/.claude,${home}/alias` },
  })
  expect(places.filter(({ state }) => state === 'found')).toHaveLength(1)
})

it('says why a root that exists cannot be read', async () => {
  const home = await testFolder()
  await mkdir(join(home, '.claude'))
  await writeFile(join(home, '.claude/projects'), 'a file')
  expect(await find(home)).toContainEqual({
    display: '~/.claude/projects',
    state: 'unreadable',
    reason: 'not a folder',
  })
  const circle = await testFolder()
  await mkdir(join(circle, '.claude'))
  await symlink('projects', join(circle, '.claude/projects'))
  expect(await find(circle)).toContainEqual({
    display: '~/.claude/projects',
    state: 'unreadable',
    reason: 'symbolic links lead in a circle',
  })
})
