import { api, type EndpointName } from '@watchbill/contract/api'
import type { Endpoint } from '@watchbill/contract/endpoint'
import { newId } from '@watchbill/contract/ids'
import { type Scope, scopes } from '@watchbill/contract/scope'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createEnrollment } from '../identity/enrollment.ts'
import { insertKey } from '../identity/store.ts'
import { formatToken, hashToken, newSecret } from '../identity/token.ts'
import { createTestApp, type TestApp, testUrl } from '../testing/app.ts'
import { bodies, pathOf, snapshotFor } from '../testing/row-samples.ts'
import { signInCookie } from '../testing/sign-in.ts'

let world: TestApp
beforeAll(async () => {
  world = await createTestApp()
})
afterAll(() => world.close())

const names = Object.keys(api) as EndpointName[]
const rowOf = (name: EndpointName): Endpoint => api[name]
const guarded = names.filter((name) => rowOf(name).scope !== null)
const writes = guarded.filter((name) => rowOf(name).method !== 'GET')

const send = (
  name: EndpointName,
  headers: Record<string, string>,
  more: { query?: string; body?: unknown } = {},
) => {
  const row = rowOf(name)
  const body = 'body' in more ? more.body : bodies[name]
  return world.request(pathOf(name) + (more.query ?? ''), {
    method: row.method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const everything: Scope[] = scopes.filter((scope) => scope !== 'self:read' && scope !== 'machine:join')

/** A key past the service: with any expiry or revocation. */
const plantKey = async (more: { expiresAt?: number; revoked?: boolean; kind?: 'key' | 'enrollment' }) => {
  const kind = more.kind ?? 'key'
  const token = formatToken('default', kind === 'key' ? 'key' : 'enr', newSecret(world.deps.randomBytes))
  const id = newId('key', world.clock.now, world.deps.randomBytes(10))
  const write = insertKey({
    workspace: 'default',
    id,
    kind,
    name: 'planted',
    scopes: kind === 'key' ? everything : ['machine:join'],
    hash: await hashToken(token),
    machineId: null,
    createdAt: 0,
    expiresAt: more.expiresAt ?? null,
    revokedAt: null,
    lastUsedAt: null,
  })
  const data = { key: id, scopes: [], expiresAt: null }
  const event = { type: 'key.created', workspace: 'default', data } as const
  await world.deps.record({ ...event, actor: { kind: 'installation', id: 'test' } }, write)
  if (more.revoked) await world.database.raw('UPDATE keys SET revoked_at = 1 WHERE id = ?', [id])
  return token
}

const stored = async () => {
  const tables = [
    ...['keys', 'entries', 'machines', 'agents', 'snapshots', 'sessions', 'changes', 'workspaces'],
    ...['producers', 'payloads', 'erasures', 'equivocations'],
  ]
  const rows = await world.database.raw(
    `SELECT ${tables.map((table) => `(SELECT count(*) FROM ${table}) AS ${table}`).join(', ')},
      (SELECT count(*) FROM keys WHERE revoked_at IS NULL) AS live`,
  )
  return rows[0]
}

/** The answer refuses, says so in its own format, and nothing was written. */
const expectRefusal = async (name: EndpointName, answer: Promise<Response>, status: number) => {
  const before = await stored()
  const response = await answer
  const text = await response.text()
  expect(response.status, text).toBe(status)
  if (rowOf(name).errors === 'probe') return
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  expect(JSON.parse(text)).toMatchObject({ status, requestId: response.headers.get('x-request-id') })
  expect(await stored()).toEqual(before)
}

describe.each(guarded)('%s', (name) => {
  test('without a credential: 401 that names the scheme', async () => {
    const response = await send(name, {})
    expect(response.headers.get('www-authenticate')).toMatch(/^Bearer/)
    await expectRefusal(name, Promise.resolve(response), 401)
  })

  test.each([
    ['another scheme', 'Basic dXNlcjpwYXNz'],
    ['no token', 'Bearer'],
    ['two tokens', 'Bearer a b'],
    ['not one of ours', 'Bearer ghp_0123456789'],
    ['no secret', 'Bearer wb_default_key_'],
    ['a short secret', 'Bearer wb_default_key_abc'],
    ['another kind', `Bearer wb_default_adm_${'a'.repeat(43)}`],
    ['unknown', `Bearer wb_default_key_${'a'.repeat(43)}`],
    ['unknown machine', `Bearer wb_default_mch_${'a'.repeat(43)}`],
    ['no workspace of ours', `Bearer wb_nowhere_key_${'a'.repeat(43)}`],
    ['long', `Bearer ${'a'.repeat(5000)}`],
  ])('a credential that is malformed or unknown (%s): 401', (_what, authorization) =>
    expectRefusal(name, send(name, { authorization }), 401),
  )

  test('an expired credential: 401', async () => {
    await expectRefusal(name, send(name, bearer(await plantKey({ expiresAt: world.clock.now }))), 401)
  })

  test('a revoked credential: 401', async () => {
    await expectRefusal(name, send(name, bearer(await plantKey({ revoked: true }))), 401)
  })

  test('an unknown session cookie: 401', () =>
    expectRefusal(name, send(name, { cookie: `__Host-wb=${'a'.repeat(43)}`, origin: testUrl }), 401))

  test('a token in the query string is no credential: 401', async () => {
    const key = await world.key(everything)
    await expectRefusal(name, send(name, {}, { query: `?access_token=${key}` }), 401)
  })

  test('another workspace, real or not, looks like none: 404', async () => {
    const key = await world.key(everything, 'other')
    const scope = rowOf(name).scope
    // Only an enrolment token holds machine:join, so a key is stopped one step earlier there.
    const status = scope === 'machine:join' ? 403 : 404
    await expectRefusal(name, send(name, bearer(key), { query: '?workspace=default' }), status)
    await expectRefusal(name, send(name, bearer(key), { query: '?workspace=nowhere' }), status)
  })

  test('every scope but its own: 403', async () => {
    const { scope } = rowOf(name)
    // self:read comes with every credential.
    if (scope === 'self:read') return
    const rest = everything.filter((one) => one !== scope)
    await expectRefusal(name, send(name, bearer(await world.key(rest))), 403)
  })

  test('its own scope alone gets past the door', async () => {
    const { scope } = rowOf(name)
    const token =
      scope === 'machine:join'
        ? (
            await createEnrollment(
              world.deps,
              'default',
              { kind: 'installation', id: 't' },
              60,
              world.clock.now,
            )
          ).token
        : await world.key(scope === null || scope === 'self:read' ? ['fleet:read'] : [scope])
    const response = await send(name, bearer(token))
    await response.body?.cancel()
    expect([401, 403]).not.toContain(response.status)
    expect(response.status).toBeLessThan(500)
  })
})

describe.each(writes)('%s with a session cookie', (name) => {
  test.each([
    ['no Origin', {}],
    ['Origin null', { origin: 'null' }],
    ['another port', { origin: 'http://watchbill.test:4041' }],
    ['another scheme', { origin: 'https://watchbill.test:4040' }],
    ['another host', { origin: 'http://evil.test:4040' }],
    ['a suffix', { origin: `${testUrl}.evil.test` }],
  ])('%s: 403', async (_what, headers) => {
    const cookie = await signInCookie(world)
    await expectRefusal(name, send(name, { cookie, ...headers }), 403)
  })

  test.each(['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data; boundary=x'])(
    'a body of type %s: refused before it is read',
    async (type) => {
      if (bodies[name] === undefined) return
      const cookie = await signInCookie(world)
      const status = rowOf(name).scope === 'machine:join' ? 403 : 415
      await expectRefusal(name, send(name, { cookie, origin: testUrl, 'content-type': type }), status)
    },
  )
})

test('sign-in takes no form and no foreign origin', async () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  await expectRefusal('signIn', send('signIn', { origin: testUrl, ...form }), 415)
  await expectRefusal('signIn', send('signIn', { origin: 'http://evil.test' }), 403)
})

describe('DNS rebinding', () => {
  test.each(names)('%s answers to our own host alone', async (name) => {
    const row = rowOf(name)
    const open = row.errors === 'probe' && row.scope === null
    const request = new Request(`http://rebound.test:4040${pathOf(name)}`, { method: row.method })
    const response = await world.app.fetch(request)
    // Open probes tell a stranger nothing, and kubelets ask by pod address.
    expect(response.status === 421, String(response.status)).toBe(!open)
  })

  test('a Host header that differs from the address counts', async () => {
    const key = await world.key(['fleet:read'])
    const response = await world.request('/v1/fleet', { headers: { ...bearer(key), host: 'evil.test' } })
    expect(response.status).toBe(421)
  })
})

describe('credentials limited to one thing', () => {
  const join = async () => {
    const { token } = await createEnrollment(
      world.deps,
      'default',
      { kind: 'installation', id: 'test' },
      60,
      world.clock.now,
    )
    const response = await send('joinMachine', bearer(token))
    expect(response.status).toBe(201)
    return { token, joined: (await response.json()) as { machineId: string; credential: string } }
  }

  test('a machine credential speaks for its own machine alone', async () => {
    const { joined } = await join()
    await expectRefusal('putMachine', send('putMachine', bearer(joined.credential)), 403)
    await expectRefusal('postSnapshots', send('postSnapshots', bearer(joined.credential)), 403)
    const own = await send('postSnapshots', bearer(joined.credential), {
      body: snapshotFor(joined.machineId),
    })
    expect(own.status).toBe(200)
    for (const name of ['getFleet', 'listKeys', 'createKey', 'createEnrollment', 'getMetrics'] as const) {
      await expectRefusal(name, send(name, bearer(joined.credential)), 403)
    }
  })

  test('an enrolment token joins once and opens nothing else', async () => {
    const { token } = await join()
    await expectRefusal('joinMachine', send('joinMachine', bearer(token)), 401)
    for (const name of guarded.filter((one) => !['joinMachine', 'getSelf', 'signOut'].includes(one))) {
      const alive = await plantKey({ kind: 'enrollment', expiresAt: world.clock.now + 60_000 })
      await expectRefusal(name, send(name, bearer(alive)), 403)
    }
  })

  test('of twenty that join with one token at once, one gets a machine', async () => {
    const token = await plantKey({ kind: 'enrollment', expiresAt: world.clock.now + 60_000 })
    const answers = await Promise.all(Array.from({ length: 20 }, () => send('joinMachine', bearer(token))))
    expect(answers.filter((one) => one.status === 201)).toHaveLength(1)
    expect(answers.filter((one) => one.status === 401)).toHaveLength(19)
  })
})

test('every refusal of a credential reads the same whichever part is wrong', async () => {
  const good = await world.key(['fleet:read'])
  const [, secret = ''] = /_key_(.*)$/.exec(good) ?? []
  const detail = async (token: string) => {
    const problem = (await (await send('getFleet', bearer(token))).json()) as { detail: string }
    return problem.detail
  }
  const wrongSecret = `wb_default_key_${'a'.repeat(43)}`
  const wrongWorkspace = `wb_other_key_${secret}`
  const wrongKind = `wb_default_mch_${secret}`
  const said = await Promise.all([wrongSecret, wrongWorkspace, wrongKind].map(detail))
  expect(new Set(said).size).toBe(1)
})

/** Keeps the table honest: a row added without a sample body or id would be walked with nonsense. */
test('every row has what the walk needs', () => {
  for (const name of names) {
    const row = rowOf(name)
    expect(row.body !== undefined, name).toBe(bodies[name] !== undefined)
    expect(pathOf(name)).not.toContain(':')
  }
})
