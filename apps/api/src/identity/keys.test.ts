import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createTestApp, type TestApp, testUrl } from '../testing/app.ts'
import { signInCookie } from '../testing/sign-in.ts'
import { keyActor, personActor } from './actor.ts'
import { stillValid } from './service.ts'
import { findKey, findSession } from './store.ts'

let world: TestApp
beforeEach(async () => {
  world = await createTestApp()
})
afterEach(() => world.close())

const as = (token: string) => world.client(token)
const code = async (work: Promise<unknown>) => {
  try {
    await work
    return 'done'
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : String(error)
  }
}
const types = async () =>
  (
    await world.database.raw('SELECT CAST(header AS TEXT) AS header FROM entries ORDER BY workspace_id, seq')
  ).map((row) => JSON.parse(String(row.header)).type)

describe('a key', () => {
  test('is shown once, kept as a hash, works at once and is listed without its secret', async () => {
    const admin = as(await world.key(['key:write', 'key:read', 'fleet:read']))
    const made = await admin.createKey({ body: { name: 'ci', scopes: ['fleet:read'] } })
    expect(made.secret).toMatch(/^wb_default_key_[A-Za-z0-9_-]{43}$/)
    expect((await as(made.secret).getSelf({})).scopes.toSorted()).toEqual(['fleet:read', 'self:read'])
    const { keys } = await admin.listKeys({})
    expect(keys.find((key) => key.id === made.key.id)).toMatchObject({
      name: 'ci',
      kind: 'key',
      revokedAt: null,
    })
    const secret = made.secret.split('_key_')[1] ?? ''
    expect(JSON.stringify(keys)).not.toContain(secret)
    const stored = await world.database.raw('SELECT * FROM keys')
    const entries = await world.database.raw('SELECT payload FROM payloads')
    expect(JSON.stringify([stored, entries, world.logged])).not.toContain(secret)
  })

  test('revoked is dead at once, for itself and for what it streams', async () => {
    const admin = as(await world.key(['key:write', 'fleet:read']))
    const { key, secret } = await admin.createKey({ body: { name: 'ci', scopes: ['fleet:read'] } })
    const row = await findKey(world.deps.installation, 'default', key.id)
    if (!row) throw new Error('no such key')
    expect(await stillValid(world.deps, keyActor(row), world.clock.now)).toBe(true)
    await admin.removeKey({ params: { id: key.id } })
    expect(await stillValid(world.deps, keyActor(row), world.clock.now)).toBe(false)
    expect(await code(as(secret).getSelf({}))).toBe('unauthenticated')
    await admin.removeKey({ params: { id: key.id } })
    expect((await types()).filter((type) => type === 'key.revoked')).toHaveLength(1)
  })

  test('revoked by many at once is one revocation', async () => {
    const admin = as(await world.key(['key:write', 'fleet:read']))
    const { key } = await admin.createKey({ body: { name: 'ci', scopes: ['fleet:read'] } })
    await Promise.all(Array.from({ length: 10 }, () => admin.removeKey({ params: { id: key.id } })))
    expect((await types()).filter((type) => type === 'key.revoked')).toHaveLength(1)
  })

  test('expires to the millisecond', async () => {
    const admin = as(await world.key(['key:write', 'fleet:read']))
    const { secret } = await admin.createKey({ body: { name: 'ci', scopes: ['fleet:read'], ttlSeconds: 60 } })
    world.clock.now += 59_999
    expect(await code(as(secret).getSelf({}))).toBe('done')
    world.clock.now += 1
    expect(await code(as(secret).getSelf({}))).toBe('unauthenticated')
  })

  test('cannot make a key that may do more than itself, or outlives it', async () => {
    const admin = as(await world.key(['key:write', 'fleet:read']))
    expect(await code(admin.createKey({ body: { name: 'x', scopes: ['probe:read'] } }))).toBe('forbidden')
    const body = { name: 'short', scopes: ['key:write'] as const, ttlSeconds: 120 }
    const short = as((await admin.createKey({ body: { ...body, scopes: [...body.scopes] } })).secret)
    expect(await code(short.createKey({ body: { name: 'x', scopes: ['key:write'] } }))).toBe('forbidden')
    const longer = { name: 'x', scopes: ['key:write' as const], ttlSeconds: 121 }
    expect(await code(short.createKey({ body: longer }))).toBe('forbidden')
    expect(await code(short.createKey({ body: { ...longer, ttlSeconds: 120 } }))).toBe('done')
  })

  test.each([
    { name: 'x', scopes: [] },
    { name: 'x', scopes: ['self:read'] },
    { name: 'x', scopes: ['machine:join'] },
    { name: 'x', scopes: ['everything'] },
    { name: '', scopes: ['fleet:read'] },
    { name: 'x', scopes: ['fleet:read'], ttlSeconds: 59 },
    { name: 'x', scopes: ['fleet:read'], ttlSeconds: 1e9 },
    { name: 'x', scopes: ['fleet:read'], workspace: 'other' },
  ])('is not made from %j', async (body) => {
    const authorization = `Bearer ${await world.key(['key:write', 'fleet:read'])}`
    const before = await types()
    const response = await world.request('/v1/keys', {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    expect(response.status).toBe(400)
    expect(await types()).toEqual(before)
  })

  test('of another workspace is not found', async () => {
    const { key } = await as(await world.key(['key:write', 'fleet:read'])).createKey({
      body: { name: 'ci', scopes: ['fleet:read'] },
    })
    const stranger = as(await world.key(['key:write', 'key:read'], 'other'))
    expect(await code(stranger.removeKey({ params: { id: key.id } }))).toBe('not_found')
    expect((await stranger.listKeys({})).keys.map((one) => one.id)).not.toContain(key.id)
  })

  test('writes its last use at most once a minute', async () => {
    const token = await world.key(['fleet:read'])
    const used = async () => (await world.database.raw('SELECT last_used_at AS at FROM keys'))[0]?.at
    expect(await used()).toBe(null)
    await as(token).getSelf({})
    const first = world.clock.now
    expect(await used()).toBe(first)
    world.clock.now += 59_999
    await as(token).getSelf({})
    expect(await used()).toBe(first)
    world.clock.now += 1
    await as(token).getSelf({})
    expect(await used()).toBe(first + 60_000)
  })

  test('does not sign out', async () => {
    expect(await code(as(await world.key(['fleet:read'])).signOut({}))).toBe('conflict')
  })
})

test('a person whose session ends is no longer valid for streams', async () => {
  const secret = (await signInCookie(world)).split('=')[1] ?? ''
  const [row] = await world.database.raw('SELECT id FROM browser_sessions')
  const session = await findSession(world.deps.installation, 'id', String(row?.id))
  if (!session) throw new Error('no session')
  const actor = personActor(session, [{ id: 'default' }])
  expect(await stillValid(world.deps, actor, world.clock.now)).toBe(true)
  expect(await stillValid(world.deps, actor, world.clock.now + 12 * 3_600_000)).toBe(false)
  await world.request('/v1/self', {
    method: 'DELETE',
    headers: { cookie: `__Host-wb=${secret}`, origin: testUrl },
  })
  expect(await stillValid(world.deps, actor, world.clock.now)).toBe(false)
})

describe('an enrolment', () => {
  test('becomes one machine with a credential of its own, and says so in entries', async () => {
    const { token } = await as(await world.key(['machine:enroll'])).createEnrollment({ body: {} })
    expect(token).toMatch(/^wb_default_enr_/)
    const joined = await as(token).joinMachine({ body: { name: 'box' } })
    expect(joined).toMatchObject({ workspace: 'default', machineId: expect.stringMatching(/^mch_/) })
    expect((await as(joined.credential).getSelf({})).actor).toMatchObject({ kind: 'machine', name: 'box' })
    expect(await types()).toEqual(['key.created', 'enrollment.created', 'machine.joined'])
  })

  test('expires', async () => {
    const { token } = await as(await world.key(['machine:enroll'])).createEnrollment({
      body: { ttlSeconds: 60 },
    })
    world.clock.now += 60_000
    expect(await code(as(token).joinMachine({ body: { name: 'box' } }))).toBe('unauthenticated')
  })

  test('that failed is not used up', async () => {
    const { token } = await as(await world.key(['machine:enroll'])).createEnrollment({ body: {} })
    expect(await code(as(token).joinMachine({ body: { name: '' } }))).toBe('invalid_request')
    expect(await code(as(token).joinMachine({ body: { name: 'box' } }))).toBe('done')
  })
})

describe('a workspace', () => {
  const person = async () => {
    const cookie = await signInCookie(world)
    return (id: string) =>
      world.request(`/v1/workspaces/${id}`, { method: 'DELETE', headers: { cookie, origin: testUrl } })
  }

  test('that is a demo goes with every row in it; the entry stays in default', async () => {
    const remove = await person()
    const token = await world.key(['fleet:read', 'snapshot:write'], 'demo')
    expect((await remove('demo')).status).toBe(204)
    const left = await world.database.raw(
      `SELECT (SELECT count(*) FROM workspaces WHERE id = 'demo') + (SELECT count(*) FROM keys WHERE workspace_id = 'demo')
        + (SELECT count(*) FROM entries WHERE workspace_id = 'demo') AS n`,
    )
    expect(left).toEqual([{ n: 0 }])
    expect((await types()).at(-1)).toBe('workspace.removed')
    expect(await code(as(token).getSelf({}))).toBe('unauthenticated')
    expect((await remove('demo')).status).toBe(404)
  })

  test('that is real stays, whoever asks', async () => {
    const remove = await person()
    const before = await world.database.raw('SELECT count(*) AS n FROM keys')
    expect((await remove('default')).status).toBe(409)
    expect((await remove('other')).status).toBe(409)
    expect(await world.database.raw('SELECT count(*) AS n FROM keys')).toEqual(before)
    expect(await world.database.raw("SELECT count(*) AS n FROM workspaces WHERE kind = 'real'")).toEqual([
      { n: 2 },
    ])
  })

  test('out of reach is not found', async () => {
    const token = await world.key(['workspace:write'], 'default')
    expect(await code(as(token).removeWorkspace({ params: { id: 'demo' } }))).toBe('not_found')
  })

  test('removed by many at once is removed once', async () => {
    const remove = await person()
    const answers = await Promise.all(Array.from({ length: 10 }, () => remove('demo')))
    expect(answers.filter((one) => one.status === 204)).toHaveLength(1)
    expect(answers.filter((one) => one.status === 404)).toHaveLength(9)
  })
})
