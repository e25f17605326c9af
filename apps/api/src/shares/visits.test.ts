import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createApp } from '../app.ts'
import { removeWorkspace } from '../identity/workspace.ts'
import { prune } from '../retention/prune.ts'
import { testUrl } from '../testing/app.ts'
import { openShareDesk, type ShareDesk } from '../testing/share-desk.ts'
import { signInCookie } from '../testing/sign-in.ts'
import { until } from '../testing/until.ts'
import { visitMs } from './visit-cookie.ts'

let desk: ShareDesk
beforeEach(async () => {
  desk = await openShareDesk()
  await desk.add({}, {})
})
afterEach(() => desk.close())

/** Everything of an answer that anybody could tell it by. */
const wholeOf = async (response: Response) => {
  const { 'x-request-id': _, ...headers } = Object.fromEntries(response.headers)
  return { status: response.status, headers, body: await response.text() }
}
const guess = (fill: string) => `/s/${fill.repeat(43)}`
const rowOf = async (id: string) =>
  (
    await desk.world.database.raw('SELECT opened, refused, last_opened_at AS at FROM shares WHERE id = ?', [
      id,
    ])
  )[0]

describe('the cover', () => {
  test('is the same for every token, and counts nothing', async () => {
    const share = await desk.share({})
    const cover = await wholeOf(await desk.visit(share.path))
    expect(cover.status).toBe(200)
    for (const path of [guess('A'), guess('z'), '/s/x', '/s/open'])
      expect(await wholeOf(await desk.visit(path))).toEqual(cover)
    expect(await rowOf(share.id)).toMatchObject({ opened: 0, refused: 0 })
    expect(cover.body).toContain('<form method="post"><p><button>Open</button></p></form>')
    expect(cover.body).not.toMatch(/<script|action=|http/)
    expect(cover.headers).toMatchObject({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-robots-tag': 'noindex, nofollow',
      'content-type': 'text/html; charset=utf-8',
    })
    expect(cover.headers['content-security-policy']).toMatch(
      /^default-src 'none'; style-src 'sha256-[\w+/=]{44}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/,
    )
    expect(cover.headers).not.toHaveProperty('set-cookie')
  })

  test('never touches the database, whoever asks', async () => {
    const cookie = await signInCookie(desk.world)
    const away = () => {
      throw new Error('the database was asked')
    }
    const gone = { rows: away, select: away, selectDistinct: away, $count: away }
    const app = createApp({
      ...desk.world.deps,
      dbFor: () => gone,
      installation: gone,
      record: away,
      ingest: away,
    })
    for (const headers of [{}, { cookie }, { authorization: `Bearer ${desk.key}` }]) {
      const response = await app.fetch(new Request(testUrl + guess('A'), { headers }))
      expect(response.status).toBe(200)
    }
    expect(desk.world.logged).toEqual([])
  })
})

describe('opening', () => {
  test('counts, records, sets a cookie of a quarter of an hour and goes to an address without the token', async () => {
    const share = await desk.share({})
    const { response, set, location } = await desk.open(share.path)
    expect([response.status, location]).toEqual([303, `/s/open/${share.id}`])
    expect(set).toMatch(
      new RegExp(
        `^wb-share-${share.id.slice(-12)}=[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict; Max-Age=900$`,
      ),
    )
    expect(response.headers.get('x-robots-tag')).toBe('noindex, nofollow')
    expect(await rowOf(share.id)).toEqual({ opened: 1, refused: 0, at: desk.world.clock.now })
    const [entry] = await desk.world.database.raw(
      `SELECT CAST(payload AS TEXT) AS payload FROM payloads WHERE instr(payload, '"visit"') > 0`,
    )
    expect(JSON.parse(String(entry?.payload))).toEqual({
      actor: share.id,
      actorKind: 'visitor',
      share: share.id,
      visit: 1,
    })
    const [visit] = await desk.world.database.raw('SELECT * FROM share_visits')
    expect(visit).toMatchObject({ share_id: share.id, expires_at: desk.world.clock.now + visitMs })
    expect(set).not.toContain(String(visit?.hash))
  })

  test('on https the cookie is bound to the host', async () => {
    const publicUrl = 'https://watchbill.test:4040'
    const app = createApp({ ...desk.world.deps, config: { ...desk.world.deps.config, publicUrl } })
    const share = await desk.share({})
    const response = await app.fetch(new Request(publicUrl + share.path, { method: 'POST' }))
    expect(response.headers.get('set-cookie')).toMatch(
      /^__Host-wb-share-[0-9a-f]{12}=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Strict; Max-Age=900$/,
    )
  })

  test('twenty at once are twenty visits with numbers of their own', async () => {
    const share = await desk.share({})
    const answers = await Promise.all(Array.from({ length: 20 }, () => desk.open(share.path)))
    expect(new Set(answers.map(({ response }) => response.status))).toEqual(new Set([303]))
    expect(await rowOf(share.id)).toMatchObject({ opened: 20 })
    const rows = await desk.world.database.raw(
      `SELECT payload ->> 'visit' AS visit FROM payloads WHERE payload ->> 'visit' IS NOT NULL ORDER BY seq`,
    )
    expect(rows.map(({ visit }) => Number(visit))).toEqual(
      Array.from({ length: 20 }, (_, index) => index + 1),
    )
  })

  test('signed in or not, from whatever page: the token alone decides', async () => {
    const share = await desk.share({})
    const cookie = await signInCookie(desk.world)
    for (const headers of [{ cookie, origin: 'null' }, { cookie }, { origin: testUrl }, {}]) {
      expect((await desk.visit(share.path, null, { method: 'POST', headers })).status).toBe(303)
    }
  })
})

describe('refusing', () => {
  const dead = async () => {
    const expiresAt = new Date(desk.world.clock.now + 1000).toISOString()
    const [expired, revoked] = [await desk.share({ expiresAt }), await desk.share({})]
    await desk.client.removeShare({ params: { id: revoked.id } })
    desk.world.clock.now += 1000
    return { expired, revoked }
  }

  test('expired, revoked and guessed answer alike, byte for byte; the known ones count', async () => {
    const { expired, revoked } = await dead()
    const answers = []
    for (const path of [expired.path, revoked.path, guess('A'), '/s/x'])
      answers.push(await wholeOf((await desk.open(path)).response))
    const [first] = answers
    expect(first).toMatchObject({ status: 404, headers: { 'content-type': 'text/html; charset=utf-8' } })
    for (const answer of answers) expect(answer).toEqual(first)
    expect(await wholeOf(await desk.visit(`/s/open/${expired.id}`))).toEqual(first)
    expect(await wholeOf(await desk.visit(`/s/open/${expired.id}/proofs`))).toEqual(first)
    for (const { id } of [expired, revoked]) await until(async () => (await rowOf(id))?.refused === 1)
    expect(await rowOf(expired.id)).toMatchObject({ opened: 0 })
    const [visits] = await desk.world.database.raw('SELECT count(*) AS n FROM share_visits')
    expect(visits?.n).toBe(0)
  })

  test('the same reads and writes for a dead link and a guess, and nobody waits for the count', async () => {
    const { expired } = await dead()
    const asked: string[][] = []
    const { deps } = desk.world
    const app = createApp({
      ...deps,
      installation: {
        ...deps.installation,
        rows: (query) => {
          asked.at(-1)?.push('read')
          return deps.installation.rows(query)
        },
      },
      ingest: (...writes) => {
        asked.at(-1)?.push(...writes.map(({ sql }) => sql))
        // Never ends: an answer that waited for it would never come.
        return new Promise(() => undefined)
      },
    })
    for (const path of [expired.path, guess('B')]) {
      asked.push([])
      const response = await app.fetch(new Request(testUrl + path, { method: 'POST' }))
      expect(response.status).toBe(404)
    }
    const [known, guessed] = asked
    expect(known).toHaveLength(2)
    expect(guessed).toEqual(known)
  })

  test('twenty that do not open, then a pause for this address; what opens does not count', async () => {
    const share = await desk.share({})
    for (let round = 0; round < 30; round += 1)
      expect((await desk.open(share.path)).response.status).toBe(303)
    const codes = []
    for (let round = 0; round < 22; round += 1) codes.push((await desk.open(guess('C'))).response.status)
    expect(codes).toEqual([...Array(20).fill(404), 429, 429])
    const { response } = await desk.open(share.path)
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '60'])
    expect(await response.text()).toContain('Wait a minute')
    desk.world.clock.now += 60_000
    expect((await desk.open(share.path)).response.status).toBe(303)
  })

  test('revoked is dead at once, also for those who opened it before', async () => {
    const share = await desk.share({})
    const { cookie } = await desk.open(share.path)
    expect((await desk.read(share.id, cookie)).response.status).toBe(200)
    await desk.client.removeShare({ params: { id: share.id } })
    for (const rest of ['', '/proofs', '?download=1'])
      expect((await desk.visit(`/s/open/${share.id}${rest}`, cookie)).status).toBe(404)
  })

  test('a visit ends after a quarter of an hour, and is good for its own link alone', async () => {
    const [share, other] = [await desk.share({}), await desk.share({})]
    const { cookie } = await desk.open(share.path)
    const [, secret = ''] = cookie.split('=')
    expect((await desk.visit(`/s/open/${other.id}`, cookie)).status).toBe(404)
    const forged = `wb-share-${other.id.slice(-12)}=${secret}`
    expect((await desk.visit(`/s/open/${other.id}`, forged)).status).toBe(404)
    desk.world.clock.now += visitMs - 1
    expect((await desk.visit(`/s/open/${share.id}`, cookie)).status).toBe(200)
    desk.world.clock.now += 1
    expect((await desk.visit(`/s/open/${share.id}`, cookie)).status).toBe(404)
  })
})

describe('what is left', () => {
  const visits = async () => (await desk.world.database.raw('SELECT count(*) AS n FROM share_visits'))[0]?.n

  test('dead visits go with the hourly round, the others stay', async () => {
    const share = await desk.share({})
    await desk.open(share.path)
    desk.world.clock.now += visitMs
    await desk.open(share.path)
    desk.world.clock.now += 1
    expect(await visits()).toBe(2)
    await prune(desk.world.deps, desk.world.clock.now)
    expect(await visits()).toBe(1)
  })

  test('a demo workspace takes its links and their visits along', async () => {
    const { database, deps } = desk.world
    await database.raw(`INSERT INTO shares (workspace_id, id, token_hash, title, kind, q, seqs, count, epoch, size,
      created_by, created_at, expires_at) VALUES ('demo', 'shr_x', 'x', '', 'selection', '', '[0]', 1, 0, 1, '', 0, 1)`)
    await database.raw("INSERT INTO share_visits VALUES ('x', 'demo', 'shr_x', 1)")
    await removeWorkspace(deps, { kind: 'installation', id: 'test' }, ['demo'], 'demo')
    const [left] = await database.raw(
      'SELECT (SELECT count(*) FROM shares) AS shares, (SELECT count(*) FROM share_visits) AS visits',
    )
    expect(left).toEqual({ shares: 0, visits: 0 })
  })
})

test('a token never reaches a log, whatever goes wrong', async () => {
  const share = await desk.share({})
  const { cookie } = await desk.open(share.path)
  const broken = () => Promise.reject(new Error('the database is away'))
  const lines: unknown[] = []
  const app = createApp({
    ...desk.world.deps,
    installation: { ...desk.world.deps.installation, rows: broken },
    ingest: broken,
    log: (line) => void lines.push(line),
  })
  const call = (path: string, method: string) =>
    app.fetch(new Request(testUrl + path, { method, headers: { cookie } }))
  expect((await call(share.path, 'POST')).status).toBe(500)
  expect((await call(`/s/open/${share.id}`, 'GET')).status).toBe(500)
  for (const path of [`${share.path}?x=1`, `${share.path}/x`, `${share.path}%00`]) {
    for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS']) await call(path, method)
  }
  expect(lines.length).toBeGreaterThan(0)
  const said = JSON.stringify([lines, desk.world.logged])
  expect(said).not.toContain(share.token)
  expect(said).not.toContain(cookie.split('=')[1])
})
