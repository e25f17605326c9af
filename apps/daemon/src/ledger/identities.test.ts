import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { testFolder } from '../testing/folder.ts'
import { sinkMachineId } from '../testing/sink.ts'
import { Identities } from './identities.ts'

const place = async () => join(await testFolder(), 'identities.json')

it('names an agent once for runtime and root, on disk before it is used, and private', async () => {
  const path = await place()
  const first = Identities.open(path, sinkMachineId)
  const id = first.agentId('codex', '/home/kim/.codex', 1000)
  expect(id).toMatch(/^agt_/)
  expect(await readFile(path, 'utf8')).toContain(id)
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  const again = Identities.open(path, sinkMachineId)
  expect(again.agentId('codex', '/home/kim/.codex', 2000)).toBe(id)
  expect(again.agentId('codex', '/home/kim/other', 2000)).not.toBe(id)
})

it('derives no name from where anything lies: the same folder on another machine has another one', async () => {
  const [one, two] = [await place(), await place()].map((path) => Identities.open(path, sinkMachineId))
  expect(one?.agentId('codex', '/a', 0)).not.toBe(two?.agentId('codex', '/a', 0))
  expect(one?.factHash('x')).toBe(one?.factHash('x'))
  expect(one?.factHash('x')).not.toBe(two?.factHash('x'))
})

it('gives no name that it could not write down', async () => {
  const folder = await testFolder()
  const path = join(folder, 'identities.json')
  const identities = Identities.open(path, sinkMachineId)
  await rm(folder, { recursive: true })
  expect(identities.agentId('codex', '/a', 0)).toBeNull()
})

it('refuses a file it cannot read instead of giving everybody new names', async () => {
  const path = await place()
  await writeFile(path, '{"v":2}')
  expect(() => Identities.open(path, sinkMachineId)).toThrow('move it away')
})
