import { mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { testFolder } from '../testing/folder.ts'
import { deadPort } from '../testing/listener.ts'
import { fluffyEntry, httpEntry, katoEntry, PollRig } from '../testing/poll-rig.ts'
import {
  fluffyState,
  katoStatus,
  openSkreaver,
  openStateDb,
  openVak,
  skreaverAgents,
} from '../testing/status-documents.ts'
import { fluffyFolder } from './fluffy-folder.ts'

const html = { status: 502, type: 'text/html', body: '<html><body>502 Bad Gateway</body></html>' }

describe('Kato by its file', () => {
  it('keeps running, stale, stopped and unreadable apart', async () => {
    const folder = await testFolder()
    const file = join(folder, 'status.json')
    const rig = await PollRig.open([katoEntry(folder)])
    await rig.round()
    expect([rig.liveness(), rig.reason()]).toEqual(['unreadable', 'there is no status.json'])
    await writeFile(file, katoStatus(rig.nowMs))
    await rig.round()
    expect(rig.liveness()).toBe('running')
    await rig.round(40_000)
    expect(rig.liveness()).toBe('stale')
    expect(rig.posted.at(-1)).toMatchObject({ weight: 'state', snapshot: { liveness: 'running' } })
    const { aliveAt, observedAt, ttlMs } = rig.posted.at(-1)?.snapshot ?? {}
    expect(Date.parse(observedAt ?? '') - Date.parse(aliveAt ?? '')).toBeGreaterThan(ttlMs ?? Number.NaN)
    await writeFile(file, katoStatus(rig.nowMs, { daemonRunning: false }))
    await rig.round()
    expect(rig.liveness()).toBe('stopped')
    await writeFile(file, katoStatus(rig.nowMs, { daemonRunning: 'true' }))
    await rig.round()
    expect([rig.liveness(), rig.reason()]).toEqual([
      'unreadable',
      'status.json /daemonRunning: must be boolean',
    ])
    await writeFile(file, katoStatus(rig.nowMs))
    await rig.round()
    expect(rig.liveness()).toBe('running')
    expect(rig.lines.map(({ liveness }) => liveness)).toEqual([
      'unreadable',
      'running',
      'stale',
      'stopped',
      'unreadable',
      'running',
    ])
  })

  it('opens no link, no folder and nothing over 1 MiB', async () => {
    const folder = await testFolder()
    const file = join(folder, 'status.json')
    const rig = await PollRig.open([katoEntry(file)])
    const outside = join(await testFolder(), 'elsewhere.json')
    await writeFile(outside, katoStatus(Date.now()))
    await symlink(outside, file)
    await rig.round()
    expect([rig.liveness(), rig.reason()]).toEqual(['unreadable', 'status.json: symbolic link'])
    await rm(file)
    await writeFile(file, ' '.repeat(1024 * 1024 + 1))
    await rig.round()
    expect([rig.liveness(), rig.reason()]).toEqual(['unreadable', 'status.json: longer than 1 MiB'])
    expect(rig.posted.every(({ snapshot }) => snapshot.sessions.length === 0)).toBe(true)
  })
})

describe('VAK and Skreaver by HTTP', () => {
  it('tells well, 503, HTML from a proxy, wrong types, redirects and 500 apart', async () => {
    const vak = await openVak()
    const rig = await PollRig.open([httpEntry('vak', vak.url)])
    await rig.round()
    expect(rig.liveness()).toBe('running')
    expect(rig.posted[0]?.snapshot).toMatchObject({ health: 'healthy', agent: { version: '0.1.0' } })
    vak.mood = html
    await rig.round()
    expect(rig.liveness()).toBe('unreadable')
    expect(rig.reason()).toContain('HTML')
    vak.mood = { body: { status: 'healthy', components: [], uptime_seconds: 1, version: '1' } }
    await rig.round()
    expect(rig.liveness()).toBe('unreadable')
    expect(rig.reason()).toMatch(/^\/health \/components: must be /)
    vak.mood = { status: 302, body: '' }
    await rig.round()
    expect([rig.liveness(), rig.reason()]).toEqual(['unreadable', '/live: redirect (302) refused'])
    vak.mood = { status: 500, body: { error: 'internal' } }
    await rig.round()
    expect([rig.liveness(), rig.reason()]).toEqual(['unreadable', '/live answered 500 internal'])
    vak.mood = 'well'
    await rig.round()
    expect(rig.liveness()).toBe('running')
    expect(vak.mostInFlight).toBe(1)
  })

  it('remembers the last good poll: silence is first still running, then stale; never heard of is unreadable', async () => {
    const vak = await openVak()
    const dead = `http://127.0.0.1:${await deadPort()}`
    const entries = [
      httpEntry('vak', vak.url, { timeoutMs: 1000 }),
      { ...httpEntry('vak', dead), name: 'dead' },
    ]
    const rig = await PollRig.open(entries)
    await rig.roundsUntil('running', 'vak')
    expect([rig.liveness('dead'), rig.reason('dead')]).toEqual([
      'unreadable',
      'never answered: /health: connection refused',
    ])
    vak.mood = 'hanging'
    await rig.round()
    expect(rig.liveness('vak')).toBe('running')
    expect(rig.reason('vak')).toContain('timeout after 1 s')
    await rig.round(60_000)
    expect(rig.liveness('vak')).toBe('stale')
    vak.mood = 'well'
    await rig.roundsUntil('running', 'vak')
  })

  it('knows after a restart that it had spoken before', async () => {
    const vak = await openVak()
    const rig = await PollRig.open([httpEntry('vak', vak.url)])
    await rig.round()
    expect(rig.liveness()).toBe('running')
    await rig.stop()
    vak.mood = 'hanging'
    const { folder } = rig
    const again = await PollRig.open([httpEntry('vak', vak.url, { timeoutMs: 1000 })], { folder })
    await again.round(90_000)
    expect(again.liveness()).toBe('stale')
  })

  it('backs off while nobody answers, asks one route only, and is back at its pace at the first answer', async () => {
    const vak = await openVak()
    vak.mood = 'hanging'
    const rig = await PollRig.open([httpEntry('vak', vak.url, { timeoutMs: 500 })])
    for (let round = 0; round < 5; round++) await rig.round()
    expect(rig.waits.slice(1)).toEqual([20_000, 40_000, 60_000, 60_000, 60_000])
    expect(vak.asked.map(({ path }) => path)).toEqual(['/live', '/live', '/live', '/live', '/live'])
    vak.mood = 'well'
    await rig.roundsUntil('running')
    expect(rig.waits.at(-1)).toBe(11_000)
    expect(rig.pollers.standing()).toMatchObject([{ liveness: 'running', failures: 0 }])
  })

  it('does not ask on where it was refused, so that the runtime raises no alarm over us', async () => {
    const skreaver = await openSkreaver()
    const refusal = { status: 401, body: { error: 'authentication_required', message: 'x' } }
    skreaver.routes.set('/agents', refusal)
    skreaver.routes.set('/queue/metrics', refusal)
    const rig = await PollRig.open([httpEntry('skreaver', skreaver.url)])
    for (let round = 0; round < 6; round++) await rig.round()
    expect(rig.liveness()).toBe('running')
    expect(skreaver.asked.filter(({ path }) => path === '/agents')).toHaveLength(1)
    await rig.round(600_000)
    expect(skreaver.asked.filter(({ path }) => path === '/agents')).toHaveLength(2)
  })

  it('takes the token out of a private file, uses a new one at once, and says when the file is open to others', async () => {
    const skreaver = await openSkreaver()
    const tokenFile = join(await testFolder(), 'token')
    await writeFile(tokenFile, 'first-token\n', { mode: 0o600 })
    const rig = await PollRig.open([httpEntry('skreaver', skreaver.url, { tokenFile })])
    await rig.round()
    expect(new Set(skreaver.asked.map(({ token }) => token))).toEqual(new Set(['Bearer first-token']))
    await writeFile(tokenFile, 'second-token')
    await rig.round()
    expect(skreaver.asked.at(-1)?.token).toBe('Bearer second-token')
    await rm(tokenFile)
    await writeFile(tokenFile, 'third-token', { mode: 0o644 })
    const before = skreaver.asked.length
    await rig.round()
    expect(skreaver.asked).toHaveLength(before)
    expect(rig.reason()).toContain('token file can be read by others: chmod 600')
    const said = JSON.stringify([rig.posted, rig.lines])
    for (const secret of ['first-token', 'second-token', 'third-token']) expect(said).not.toContain(secret)
  })

  it('says that an agent is gone when the list does not name it any more, and only then', async () => {
    const skreaver = await openSkreaver()
    const rig = await PollRig.open([httpEntry('skreaver', skreaver.url)])
    await rig.round()
    const states = () =>
      Object.fromEntries(
        rig.posted.at(-1)?.snapshot.sessions.map((each) => [each.nativeId, each.state]) ?? [],
      )
    expect(Object.keys(states())).toEqual(['agent-1', 'agent-2'])
    skreaver.routes.set('/agents', { status: 429, body: { error: 'rate_limited' } })
    await rig.round(30_000)
    expect(states()).toEqual({})
    skreaver.routes.set('/agents', skreaverAgents('agent-2'))
    await rig.round(70_000)
    expect(states()).toMatchObject({ 'agent-1': 'ended' })
    expect(states()['agent-2']).not.toBe('ended')
    skreaver.routes.set('/agents', skreaverAgents())
    await rig.round()
    expect(states()).toEqual({ 'agent-2': 'ended' })
  })
})

describe('Fluffy Waffle by its folder', () => {
  it('reads the row out of the log: running or stale by its age, unreadable by its content', async () => {
    const folder = await testFolder()
    const rig = await PollRig.open([fluffyEntry({ path: folder })])
    await rig.round()
    expect(rig.liveness()).toBe('unreadable')
    const database = openStateDb(folder)
    database.write(rig.nowMs, JSON.stringify(fluffyState()))
    await rig.round(1000)
    expect(rig.liveness()).toBe('running')
    expect(rig.posted.at(-1)?.snapshot.machineState).toMatchObject({ current: 'coding' })
    await rig.round(70_000)
    expect(rig.liveness()).toBe('stale')
    database.write(rig.nowMs, JSON.stringify(fluffyState({ state: 'testing' })))
    await rig.round()
    expect([rig.liveness(), rig.reason()]).toEqual([
      'unreadable',
      expect.stringContaining('state.db /state: must be idle or planning'),
    ])
    database.write(rig.nowMs, '{"state": "coding", "mode": "strict", "p[')
    await rig.round()
    expect(rig.liveness()).toBe('unreadable')
    database.write(rig.nowMs, JSON.stringify(fluffyState({ state: 'failed' })))
    await rig.round()
    expect(rig.posted.at(-1)?.snapshot).toMatchObject({ liveness: 'running', health: 'degraded' })
    database.close()
    await writeFile(join(folder, 'state.db'), '<html>')
    await rig.round()
    expect([rig.liveness(), rig.reason()]).toEqual(['unreadable', 'state.db: not an SQLite database'])
  })

  it('is stopped once the kernel took its socket out of its own folder', async () => {
    const folder = await testFolder()
    const rig = await PollRig.open([fluffyEntry({ path: folder })])
    const database = openStateDb(folder)
    database.write(rig.nowMs, JSON.stringify(fluffyState()))
    await mkdir(join(folder, 'ipc'))
    await writeFile(join(folder, 'ipc/kernel.sock'), '')
    await rig.round(1000)
    expect(rig.liveness()).toBe('running')
    await rm(join(folder, 'ipc/kernel.sock'))
    await rig.round(1000)
    expect(rig.liveness()).toBe('stopped')
    expect(rig.posted.at(-1)?.snapshot.sessions).toMatchObject([{ state: 'ended' }])
    database.close()
  })

  it('copies and reads again only when database or log have changed', async () => {
    const folder = await testFolder()
    const database = openStateDb(folder)
    database.write(Date.now(), JSON.stringify(fluffyState()))
    const source = fluffyFolder(folder)
    const ask = { timeoutMs: 30_000, signal: new AbortController().signal }
    const laterMs = Date.now() + 5000
    const first = await source.gather({ ...ask, nowMs: laterMs })
    const second = await source.gather({ ...ask, nowMs: laterMs })
    expect(second['state.db']).toBe(first['state.db'])
    database.write(Date.now(), JSON.stringify(fluffyState({ state: 'done' })))
    const third = await source.gather({ ...ask, nowMs: laterMs })
    expect(third['state.db']).not.toEqual(first['state.db'])
    database.close()
  })
})
