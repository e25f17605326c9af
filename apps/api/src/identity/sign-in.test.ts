import { afterEach, describe, expect, test } from 'vitest'
import { createTestApp, type TestApp, type TestAppOptions, testUrl } from '../testing/app.ts'
import { redeem, signInCookie } from '../testing/sign-in.ts'
import { idleMs, sessionMs } from './cookie.ts'
import { createSignIn, signInMs } from './sign-in.ts'

const open: TestApp[] = []
afterEach(async () => {
  for (const test of open.splice(0)) await test.close()
})
const start = async (options: TestAppOptions = {}) => {
  const test = await createTestApp(options)
  open.push(test)
  return test
}

const loopback = { publicUrl: 'http://watchbill.localhost:4040', allowedHosts: ['watchbill.test:4040'] }
const origin = loopback.publicUrl
const problem = async (response: Response) => (await response.json()) as { code: string; detail: string }
const self = (test: TestApp, cookie: string) => test.request('/v1/self', { headers: { cookie } })
const entries = (test: TestApp) =>
  test.database.raw("SELECT CAST(header AS TEXT) ->> 'type' AS type FROM entries ORDER BY workspace_id, seq")

describe('a sign-in link', () => {
  test('gives a session that reaches every workspace and may do all that can be granted', async () => {
    const test = await start()
    const cookie = await signInCookie(test)
    const response = await self(test, cookie)
    expect(await response.json()).toMatchObject({
      actor: { kind: 'person' },
      workspace: 'default',
      workspaces: [{ id: 'default' }, { id: 'demo' }, { id: 'other' }],
      scopes: expect.arrayContaining(['fleet:read', 'key:write', 'workspace:write', 'self:read']),
    })
    const types = (await entries(test)).map((entry) => entry.type)
    expect(types).toEqual(['signin.offered', 'signin.redeemed'])
  })

  test('of twenty that redeem it at once, one gets a session', async () => {
    const test = await start({ deps: { addressOf: addresses() } })
    const token = await createSignIn(test.deps, test.clock.now)
    const answers = await Promise.all(Array.from({ length: 20 }, () => redeem(test, token)))
    expect(answers.map((one) => one.status).sort()).toEqual([200, ...Array(19).fill(401)])
    expect(answers.filter((one) => one.headers.getSetCookie().length > 0)).toHaveLength(1)
    expect(await test.database.raw('SELECT count(*) AS n FROM browser_sessions')).toEqual([{ n: 1 }])
    expect((await entries(test)).filter((entry) => entry.type === 'signin.redeemed')).toHaveLength(1)
  })

  test('says whether it was used, expired or is unknown', async () => {
    const test = await start()
    const token = await createSignIn(test.deps, test.clock.now)
    await redeem(test, token)
    expect((await problem(await redeem(test, token))).detail).toMatch(/already used/)
    const late = await createSignIn(test.deps, test.clock.now)
    test.clock.now += signInMs
    expect((await problem(await redeem(test, late))).detail).toMatch(/expired/)
    expect((await problem(await redeem(test, 'a'.repeat(43)))).detail).toMatch(/not known/)
  })

  test('lives fifteen minutes to the millisecond', async () => {
    const test = await start()
    const token = await createSignIn(test.deps, test.clock.now)
    test.clock.now += signInMs - 1
    expect((await redeem(test, token)).status).toBe(200)
  })

  test('is kept as a hash, and so is the session', async () => {
    const test = await start()
    const token = await createSignIn(test.deps, test.clock.now)
    const [cookie = ''] = (await redeem(test, token)).headers.getSetCookie()
    const secret = cookie.split(';')[0]?.split('=')[1] ?? ''
    const rows = await test.database.raw(
      `SELECT group_concat(hash) AS text FROM (SELECT hash FROM sign_in_tokens UNION SELECT hash FROM browser_sessions)
        UNION SELECT group_concat(payload) FROM payloads`,
    )
    expect(secret).toHaveLength(43)
    expect(JSON.stringify(rows)).not.toContain(secret)
    expect(JSON.stringify(rows)).not.toContain(token)
    expect(JSON.stringify(test.logged)).not.toContain(token)
  })

  test('is refused in a query string, too short, or with more beside it', async () => {
    const test = await start()
    const token = await createSignIn(test.deps, test.clock.now)
    const send = (path: string, body: unknown) =>
      test.request(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin: testUrl },
        body: JSON.stringify(body),
      })
    expect((await send(`/v1/sign-in?token=${token}`, {})).status).toBe(400)
    expect((await send('/v1/sign-in', { token: 'short' })).status).toBe(400)
    expect((await send('/v1/sign-in', { token, admin: true })).status).toBe(400)
    expect((await send('/v1/sign-in', { token: ['a'] })).status).toBe(400)
    expect((await redeem(test, token)).status).toBe(200)
  })

  test('works in a browser whose old session is over', async () => {
    const test = await start()
    const token = await createSignIn(test.deps, test.clock.now)
    expect((await redeem(test, token, { cookie: `__Host-wb=${'a'.repeat(43)}` })).status).toBe(200)
  })
})

const addresses = () => {
  let count = 0
  return () => `198.51.100.${(count++ % 200) + 1}`
}

describe('five attempts a minute', () => {
  test('are heard per address, the sixth is told how long to wait', async () => {
    let address = '203.0.113.9'
    const test = await start({ deps: { addressOf: () => address } })
    for (let attempt = 0; attempt < 5; attempt += 1) {
      expect((await redeem(test, 'a'.repeat(43))).status).toBe(401)
      test.clock.now += 1000
    }
    const sixth = await redeem(test, 'a'.repeat(43))
    expect(sixth.status).toBe(429)
    expect(sixth.headers.get('retry-after')).toBe('55')
    address = '203.0.113.10'
    expect((await redeem(test, 'a'.repeat(43))).status).toBe(401)
    address = '203.0.113.9'
    const good = await createSignIn(test.deps, test.clock.now)
    expect((await redeem(test, good)).status).toBe(429)
    test.clock.now += 55_000
    expect((await redeem(test, good)).status).toBe(200)
  })

  test('a good link costs none', async () => {
    const test = await start()
    for (let attempt = 0; attempt < 8; attempt += 1) {
      expect((await redeem(test, await createSignIn(test.deps, test.clock.now))).status).toBe(200)
    }
  })

  test('one IPv6 network is one address, and a mapped IPv4 is that IPv4', async () => {
    let count = 0
    const sixes = [
      '2001:db8:1:2::1',
      '2001:db8:1:2:9::2',
      '2001:DB8:1:2:0:0:0:3',
      '2001:db8:1:2::4',
      '2001:db8:1:2::5',
    ]
    const test = await start({ deps: { addressOf: () => sixes[count++ % sixes.length] ?? '' } })
    for (let attempt = 0; attempt < 5; attempt += 1) await redeem(test, 'a'.repeat(43))
    expect((await redeem(test, 'a'.repeat(43))).status).toBe(429)
    sixes.fill('2001:db8:1:3::1')
    expect((await redeem(test, 'a'.repeat(43))).status).toBe(401)
  })
})

describe('the cookie', () => {
  const cookieOf = async (config: TestAppOptions['config'], headers: Record<string, string>) => {
    const test = await start({ ...(config ? { config } : {}) })
    const response = await redeem(test, await createSignIn(test.deps, test.clock.now), headers)
    expect(response.status).toBe(200)
    return response.headers.getSetCookie()
  }
  const host = /^__Host-wb=[A-Za-z0-9_-]{43}; Path=\/; Secure; HttpOnly; SameSite=Lax; Max-Age=604800$/
  const plain = /^wb=[A-Za-z0-9_-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=604800$/

  test('is a __Host- cookie over TLS, whatever the probe says', async () => {
    const config = { publicUrl: 'https://wb.example', allowedHosts: ['watchbill.test:4040'] }
    expect(await cookieOf(config, { origin: 'https://wb.example' })).toEqual([expect.stringMatching(host)])
  })

  test('is a __Host- cookie on loopback http where the browser kept the probe', async () => {
    const headers = { origin, cookie: 'a=b; __Host-wb-probe=1' }
    expect(await cookieOf(loopback, headers)).toEqual([expect.stringMatching(host)])
  })

  test('has the plain name on loopback http where the browser refused the probe', async () => {
    expect(await cookieOf(loopback, { origin })).toEqual([expect.stringMatching(plain)])
  })

  test('the probe comes with the 401 a sign-in page sees first, on loopback http alone', async () => {
    const local = await start({ config: loopback })
    expect((await local.request('/v1/self')).headers.getSetCookie()).toEqual([
      '__Host-wb-probe=1; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=900',
    ])
    expect((await local.request('/v1/fleet')).headers.getSetCookie()).toEqual([])
    const tls = await start({
      config: { publicUrl: 'https://wb.example', allowedHosts: ['watchbill.test:4040'] },
    })
    const answer = await tls.request('/v1/self')
    expect([answer.status, answer.headers.getSetCookie()]).toEqual([401, []])
  })

  test('under the plain name counts on loopback http alone', async () => {
    const local = await start({ config: loopback })
    const response = await redeem(local, await createSignIn(local.deps, local.clock.now), { origin })
    const [cookie = ''] = response.headers.getSetCookie()[0]?.split(';') ?? []
    expect((await self(local, cookie)).status).toBe(200)
    const tls = await start()
    const secret = (await signInCookie(tls)).split('=')[1] ?? ''
    expect((await self(tls, `__Host-wb=${secret}`)).status).toBe(200)
    expect((await self(tls, `wb=${secret}`)).status).toBe(401)
  })
})

describe('a session', () => {
  test('ends after twelve hours without use, and use keeps it', async () => {
    const test = await start()
    const cookie = await signInCookie(test)
    test.clock.now += idleMs - 1
    expect((await self(test, cookie)).status).toBe(200)
    test.clock.now += idleMs - 1
    expect((await self(test, cookie)).status).toBe(200)
    test.clock.now += idleMs
    const over = await self(test, cookie)
    expect(over.status).toBe(401)
    expect((await problem(over)).detail).toMatch(/12 hours/)
  })

  test('ends after seven days however much it is used', async () => {
    const test = await start()
    const cookie = await signInCookie(test)
    for (let hours = 0; hours < 7 * 24 - 6; hours += 6) {
      test.clock.now += 6 * 3_600_000
      expect((await self(test, cookie)).status, `${hours} h`).toBe(200)
    }
    test.clock.now += 6 * 3_600_000
    expect(sessionMs).toBe(7 * 86_400_000)
    expect((await problem(await self(test, cookie))).detail).toMatch(/7 days/)
  })

  test('is over at once when signed out, and the browser forgets both names', async () => {
    const test = await start()
    const cookie = await signInCookie(test)
    const out = await test.request('/v1/self', { method: 'DELETE', headers: { cookie, origin: testUrl } })
    expect(out.status).toBe(204)
    expect(out.headers.getSetCookie()).toEqual([
      '__Host-wb=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0',
      'wb=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0',
    ])
    const after = await self(test, cookie)
    expect([after.status, (await problem(after)).detail]).toEqual([401, 'You signed out of this session.'])
    expect((await entries(test)).at(-1)).toMatchObject({ type: 'signin.ended' })
  })

  test('writes its last use at most once a minute', async () => {
    const test = await start()
    const cookie = await signInCookie(test)
    const used = async () =>
      (await test.database.raw('SELECT last_used_at AS at FROM browser_sessions'))[0]?.at
    const born = test.clock.now
    test.clock.now += 59_999
    await self(test, cookie)
    expect(await used()).toBe(born)
    test.clock.now += 1
    await self(test, cookie)
    expect(await used()).toBe(born + 60_000)
  })
})
