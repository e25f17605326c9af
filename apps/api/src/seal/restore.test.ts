import { cpSync, renameSync, rmSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { buildPrograms, type Programs } from '../testing/process.ts'
import { until } from '../testing/until.ts'

let programs: Programs
beforeAll(async () => {
  programs = await buildPrograms()
}, 120_000)
afterAll(() => programs.cleanup())

/** What `watchbill key create` prints, once. */
const createKey = async (scopes: string): Promise<string> => {
  const { stdout } = await programs.admin(['key', 'create', '--scope', scopes])
  return stdout.trim()
}

const getLog = async (port: number | null, key: string) => {
  const response = await fetch(`http://127.0.0.1:${port}/v1/audit/log`, {
    headers: { authorization: `Bearer ${key}` },
  })
  return response.json()
}

it('a restored backup is not signed over: /readyz says why, and the console goes on in the open', async () => {
  const first = await programs.serve()
  const key = await createKey('log:read,audit:read,probe:read,key:read')
  await until(async () => (await getLog(first.port, key)).checkpoint !== null)
  first.child.kill('SIGTERM')
  await first.ended
  const backup = `${programs.data}-backup`
  cpSync(programs.data, backup, { recursive: true })

  const second = await programs.serve()
  for (let n = 0; n < 3; n += 1) await createKey('fleet:read')
  const size = async () => (await getLog(second.port, key)).checkpoint?.size
  const before = (await getLog(second.port, key)).size
  await until(async () => (await size()) === before)
  second.child.kill('SIGTERM')
  await second.ended
  // The whole data folder comes back, keys and all: the second place does not lie in it.
  rmSync(programs.data, { recursive: true })
  renameSync(backup, programs.data)

  const third = await programs.serve()
  const ready = async () => {
    const headers = { authorization: `Bearer ${key}` }
    const response = await fetch(`http://127.0.0.1:${third.port}/readyz/sealing?verbose`, { headers })
    return `${response.status} ${await response.text()}`
  }
  await until(async () => (await ready()).startsWith('503'))
  expect(await ready()).toMatch(new RegExp(`database ends at \\d+ entries, but ${before} have been sealed`))
  expect((await getLog(third.port, key)).sealFailure).toMatch(/watchbill log continue/)
  const { stdout } = await programs.admin(['log', 'continue'])
  expect(stdout).toMatch(/Epoch 1 began at entry \d+: entries \d+ to \d+ of the epoch before are lost/)
  await until(async () => (await ready()).startsWith('200'))
  const log = await getLog(third.port, key)
  expect(log).toMatchObject({ epoch: 1, sealFailure: null })
  expect(log.epochs).toMatchObject([{ epoch: 0 }, { epoch: 1, oldSize: before }])
  expect(log.origin).toBe(`${log.epochs[0].origin}/1`)
  const again = await programs.admin(['log', 'continue'])
  expect(again.stdout).toMatch(/is in order/)
}, 120_000)
