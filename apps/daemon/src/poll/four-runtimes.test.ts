import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Snapshot } from '@watchbill/contract/snapshots'
import { expect, it } from 'vitest'
import { testFolder, until } from '../testing/folder.ts'
import { type Machine, withMachines } from '../testing/machine.ts'
import { fluffyState, katoStatus, openSkreaver, openStateDb, openVak } from '../testing/status-documents.ts'

const machine = withMachines()

/** Four runtimes, each in its own way, asked every second. */
const surroundings = async () => {
  const folder = await testFolder()
  const [kato, fluffy] = [join(folder, 'kato'), join(folder, 'project/.fluffy')]
  await mkdir(kato)
  await mkdir(fluffy, { recursive: true })
  await writeFile(join(kato, 'status.json'), katoStatus(Date.now()))
  const database = openStateDb(fluffy)
  database.write(Date.now(), JSON.stringify(fluffyState()))
  return {
    kato: join(kato, 'status.json'),
    fluffy,
    database,
    vak: await openVak(),
    skreaver: await openSkreaver(),
  }
}

const configure = async (here: Machine, around: Awaited<ReturnType<typeof surroundings>>): Promise<void> => {
  const pace = 'everySeconds: 1, timeoutSeconds: 5'
  const lines = [
    'version: 2',
    'runtimes:',
    `  - { runtime: kato, path: ${around.kato}, ${pace} }`,
    `  - { runtime: vak, url: "${around.vak.url}", ${pace} }`,
    `  - { runtime: skreaver, url: "${around.skreaver.url}/", ${pace} }`,
    `  - { runtime: fluffy-waffle, path: ${around.fluffy}, ${pace} }`,
  ]
  await mkdir(join(here.data, 'daemon'), { recursive: true, mode: 0o700 })
  await writeFile(join(here.data, 'daemon/config.yaml'), `${lines.join('\n')}\n`, { mode: 0o600 })
}

/** As Kato does it: whole or not at all. */
const beat = async (path: string): Promise<void> => {
  await writeFile(`${path}.new`, katoStatus(Date.now()))
  await rename(`${path}.new`, path)
}

const newest = (here: Machine, runtime: string): Snapshot | undefined =>
  here.sink.snapshots.filter(({ agent }) => agent.runtime === runtime).at(-1)

const isStale = (snapshot: Snapshot | undefined): boolean =>
  snapshot?.liveness === 'running' &&
  Date.parse(snapshot.observedAt) - Date.parse(snapshot.aliveAt ?? snapshot.observedAt) >= snapshot.ttlMs

it('reports four runtimes at once to a control plane: running, then one stale and one unreadable, then well', async () => {
  const here = await machine()
  const around = await surroundings()
  await configure(here, around)
  const hashOf = async () =>
    createHash('sha256')
      .update(await readFile(join(around.fluffy, 'state.db')))
      .digest('hex')
  const before = await hashOf()
  await here.begin()
  const all = ['kato', 'vak', 'skreaver', 'fluffy-waffle']
  await until('all four to run', async () => {
    // Kato's heart beats on meanwhile: half a minute may pass on a busy machine until somebody looks.
    await beat(around.kato)
    return all.every((runtime) => newest(here, runtime)?.liveness === 'running')
  })
  expect(newest(here, 'skreaver')).toMatchObject({
    health: 'degraded',
    components: [{ name: 'security', reason: 'HTTP access is disabled' }],
  })
  expect(newest(here, 'fluffy-waffle')?.machineState).toMatchObject({ current: 'coding' })
  expect(newest(here, 'kato')?.sessions).toHaveLength(1)

  await writeFile(around.kato, katoStatus(Date.now() - 300_000))
  around.skreaver.mood = { status: 502, type: 'text/html', body: '<html>Bad Gateway</html>' }
  await until('Kato to turn stale', () => isStale(newest(here, 'kato')))
  await until('Skreaver to be unreadable', () => newest(here, 'skreaver')?.liveness === 'unreadable')
  expect(newest(here, 'skreaver')?.livenessReason).toContain('HTML')
  const { out } = await here.watchbill(['status', '--json'])
  const { polled } = JSON.parse(out).daemon
  expect(polled.map(({ liveness }: { liveness: string }) => liveness)).toEqual([
    'stale',
    'running',
    'unreadable',
    'running',
  ])

  around.skreaver.mood = 'well'
  around.database.write(Date.now(), JSON.stringify(fluffyState({ state: 'done' })))
  await until('Kato to be back', async () => {
    await beat(around.kato)
    return newest(here, 'kato')?.liveness === 'running' && !isStale(newest(here, 'kato'))
  })
  await until('Skreaver to be back', () => newest(here, 'skreaver')?.liveness === 'running')
  await until('the new state', () => newest(here, 'fluffy-waffle')?.machineState?.current === 'done')
  const agents = new Set(here.sink.snapshots.map(({ agent }) => agent.id))
  expect(agents.size).toBe(4)
  expect(await hashOf()).toBe(before)
  around.database.close()
})
