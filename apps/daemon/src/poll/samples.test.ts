import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { FakeRuntime } from '../testing/fake-runtime.ts'
import { testFolder } from '../testing/folder.ts'
import { fluffyEntry, httpEntry, katoEntry, PollRig } from '../testing/poll-rig.ts'
import { openStateDb, skreaverRoutes, vakRoutes } from '../testing/status-documents.ts'

/** The sample set of all status documents (CONTRIBUTING): one folder per runtime, `status` in each. */
const samples = process.env.WATCHBILL_RUNTIME_SAMPLES ?? null
if (samples === null) console.info('WATCHBILL_RUNTIME_SAMPLES is not set: status samples are not polled')

const statusOf = async (runtime: string, matches: RegExp): Promise<[name: string, path: string][]> => {
  const folder = join(samples ?? '', runtime, 'status')
  const names = (await readdir(folder)).sort()
  return names.filter((name) => matches.test(name)).map((name) => [name, join(folder, name)])
}

/** bad-*: unreadable with a place. Everything else is read. */
const expectRead = (name: string, rig: PollRig): void => {
  const said = `${name}: ${rig.liveness()} (${rig.reason()})`
  if (name.startsWith('bad-')) {
    expect(said).toContain(': unreadable (')
    expect(rig.reason()).not.toBe('')
  } else {
    expect(said).toMatch(/: (running|stale|stopped) \(/)
  }
}

const codeOf = (name: string): number => Number(/-(\d{3})(-|\.|$)/.exec(name)?.[1] ?? 200)

const routeOf = (name: string): string =>
  /ready|components/.test(name)
    ? '/ready'
    : /agents/.test(name)
      ? '/agents'
      : /metrics.*prom/.test(name)
        ? '/metrics'
        : '/health'

describe.skipIf(samples === null)('every status sample through real files, servers and databases', () => {
  it('Kato', async () => {
    const all = await statusOf('kato', /\.json$/)
    for (const [name, path] of all) {
      const folder = await testFolder()
      await writeFile(join(folder, 'status.json'), await readFile(path))
      const rig = await PollRig.open([katoEntry(folder)])
      await rig.round()
      expectRead(name, rig)
    }
    expect(all.length).toBeGreaterThan(15)
  })

  it.each(['vak', 'skreaver'] as const)('%s', async (runtime) => {
    const all = await statusOf(runtime, /^(bad|health|ready|live|metrics|agents-list)-?.*\.(json|html|prom)$/)
    for (const [name, path] of all) {
      const fake = await FakeRuntime.open(runtime === 'vak' ? vakRoutes : skreaverRoutes)
      // VAK's components stand in /health; its other JSON figures have a route of their own.
      const route =
        runtime === 'vak' && name.startsWith('bad')
          ? '/health'
          : name.startsWith('live')
            ? '/live'
            : /^metrics.*json$/.test(name)
              ? '/metrics.json'
              : routeOf(name)
      const type = name.endsWith('.html') ? 'text/html' : 'application/json'
      fake.routes.set(route, { status: codeOf(name), type, body: await readFile(path, 'utf8') })
      const rig = await PollRig.open([httpEntry(runtime, fake.url)])
      await rig.round()
      expectRead(name, rig)
      await rig.stop()
    }
    expect(all.length).toBeGreaterThan(8)
  })

  it('Fluffy Waffle', async () => {
    const all = await statusOf('fluffy', /^(bad|session)-.*\.json$/)
    for (const [name, path] of all) {
      const folder = await testFolder()
      const database = openStateDb(folder)
      database.write(Date.now(), await readFile(path, 'utf8'))
      const rig = await PollRig.open([fluffyEntry({ path: folder })])
      await rig.round()
      expectRead(name, rig)
      database.close()
    }
    expect(all.length).toBeGreaterThan(10)
  })
})
