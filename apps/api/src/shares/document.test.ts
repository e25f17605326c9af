import { createHash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import { evidence, notes } from '@watchbill/ledger'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { testUrl } from '../testing/app.ts'
import { evidenceIn, evidenceText, openShareDesk, type ShareDesk } from '../testing/share-desk.ts'

const common = { session: 'ses_01a1f848-b543-7e91-9e5e-989cb75f9d5f', imported: false }
const hostile = '</script><!--<script>alert(1)</script>\u2028\u2029\u202e\u0000'.replace('\u0000', '')

let desk: ShareDesk
let first = 0
beforeAll(async () => {
  desk = await openShareDesk()
  const places = await desk.add(
    { payload: { ...common, tool: 'Bash', request: 'git push secret-branch' } },
    { type: 'tool.refused', decision: 'deny', payload: { ...common, tool: 'Bash', by: 'rule' } },
    { payload: { ...common, tool: hostile, content: 'what somebody wrote' } },
    { payload: null },
    { payload: { ...common, tool: 'Erased', request: 'erased-request' } },
  )
  first = places[0] ?? 0
  await desk.client.postErasures({ body: { seqs: [first + 4], reason: 'asked for' } })
  await desk.seal()
})
afterAll(() => desk.close())

const opened = async (body: Parameters<ShareDesk['share']>[0]) => {
  const share = await desk.share(body)
  const { cookie } = await desk.open(share.path)
  return { share, cookie, read: (query = '') => desk.read(share.id, cookie, query) }
}
const bytesOf = (value: unknown) => Buffer.from(value instanceof ArrayBuffer ? value : new ArrayBuffer())
const judge = (disclosure: evidence.Disclosure, pin: string | null = null) => {
  const keys = disclosure.keys.flatMap((text) => notes.parseVerifierKey(text) ?? [])
  return evidence.verifyDisclosure(
    disclosure,
    { keys, pins: null, witnesses: [] },
    pin === null ? null : evidence.parsePin(pin),
    null,
  )
}
const range = () => ({ kind: 'range', from: first, to: first + 5 }) as const

describe('what is in it', () => {
  test('verifies, pinned by the link, and grows with the log', async () => {
    const { share, read } = await opened({ title: 'All', scope: range() })
    const verdict = await judge(evidenceIn((await read()).html), share.pin)
    expect(verdict).toMatchObject({ consistent: 'yes', pin: 'matches', complete: true, freshAs: share.size })
    await desk.add({}, {})
    const later = evidenceIn((await read()).html)
    expect(later.newest).not.toBeNull()
    const grown = await judge(later, share.pin)
    expect(grown).toMatchObject({ consistent: 'yes', pin: 'matches' })
    expect(grown.freshAs).toBeGreaterThan(share.size)
  })

  test('withheld and erased say so, content is hidden unless it was asked for', async () => {
    const { read } = await opened({ scope: range() })
    const { html } = await read()
    const { entries } = evidenceIn(html)
    expect(entries.map(({ payload }) => payload)).toEqual(['shown', 'shown', 'shown', 'withheld', 'erased'])
    const by = entries[4]?.erasedBy ?? -1
    expect(by).toBeGreaterThan(first + 4)
    expect(html).toContain('Withheld: it never left its machine.')
    expect(html).toContain(`Erased for good; entry ${by} says by whom.`)
    expect(html).not.toContain('what somebody wrote')
    expect(html).not.toContain('erased-request')
    const told = await opened({ scope: range(), content: true })
    expect((await told.read()).html).toContain('what somebody wrote')
  })

  test('of a filtered range, only what answers is told in full', async () => {
    const { share, read } = await opened({ scope: { ...range(), q: 'decision:deny' } })
    const { html } = await read()
    const disclosure = evidenceIn(html)
    expect(disclosure.entries).toHaveLength(5)
    expect(html).not.toContain('secret-branch')
    const named = disclosure.entries.map(({ members }) => members?.some((one) => 'name' in one) === true)
    expect(named).toEqual([false, true, false, false, false])
    expect(await judge(disclosure, share.pin)).toMatchObject({ consistent: 'yes', complete: true })
    expect(html).toContain('1 other entry in between, header only')
    expect(html).toContain('3 other entries in between, headers only')
  })

  test('a redacted member is a hash: neither its value nor its key stands anywhere', async () => {
    const open = evidenceIn((await (await opened({ scope: range() })).read()).html)
    const [member] = open.entries[0]?.members?.filter((one) => 'name' in one && one.name === 'request') ?? []
    const { share, cookie, read } = await opened({ scope: range(), redact: ['request', 'nothing'] })
    const { html } = await read()
    const archive = Buffer.from(
      await (await desk.visit(`/s/open/${share.id}/proofs`, cookie)).arrayBuffer(),
    ).toString('latin1')
    const inside = archive.replaceAll(/^extra (.*)$/gm, (_all, text) =>
      Buffer.from(text, 'base64').toString(),
    )
    const key = member !== undefined && 'key' in member ? member.key : ''
    expect(key).toHaveLength(43)
    const disclosure = evidenceIn(html)
    const hash = disclosure.entries[0]?.members?.find((one) => 'hash' in one)
    const salts = await desk.world.database.raw('SELECT salt FROM payloads')
    for (const text of [html, inside]) {
      expect(text).not.toContain('secret-branch')
      expect(text).not.toContain(key)
      expect(text).toContain(hash !== undefined && 'hash' in hash ? hash.hash : 'no hash')
      for (const { salt } of salts) {
        const bytes = bytesOf(salt)
        for (const encoding of ['base64', 'base64url', 'hex'] as const)
          expect(text).not.toContain(bytes.toString(encoding))
      }
    }
    expect(disclosure.redacted).toEqual(['request', 'nothing'])
    expect((await judge(disclosure, share.pin)).consistent).toBe('yes')
  })

  test('a query that would tell what is hidden stays with whoever made the link', async () => {
    const scope = { kind: 'selection', q: 'tool:Bash' } as const
    for (const redact of [['tool'], ['request', 'tool']]) {
      const { html } = await (await opened({ scope, redact })).read()
      expect(evidenceIn(html)).toMatchObject({ query: '' })
      expect(html).toContain('a query that asks about something hidden')
      expect(html).not.toContain('tool:Bash')
    }
    expect(evidenceIn((await (await opened({ scope, redact: ['request'] })).read()).html).query).toBe(
      'tool:Bash',
    )
    const text = await opened({ scope: { kind: 'selection', q: 'secret-branch' }, redact: ['request'] })
    expect((await text.read()).html).not.toContain('secret-branch')
  })
})

describe('the page', () => {
  test('carries its policy twice, the hashes of exactly its script and style, and no other code', async () => {
    const { read } = await opened({ title: hostile, scope: range() })
    const { response, html } = await read()
    const policy = response.headers.get('content-security-policy') ?? ''
    const meta = /<meta http-equiv="Content-Security-Policy" content="([^"]*)">/.exec(html)?.[1] ?? ''
    expect(policy).toBe(`${meta}; frame-ancestors 'none'`)
    const script = /<script id="checker">([\s\S]*?)<\/script>/.exec(html)?.[1] ?? ''
    const style = /<style>([\s\S]*?)<\/style>/.exec(html)?.[1] ?? ''
    const sha = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`
    expect(script).toBe(desk.checker)
    expect(meta).toBe(
      `default-src 'none'; script-src ${sha(script)}; style-src ${sha(style)}; connect-src 'none'; base-uri 'none'; ` +
        "form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
    )
    expect(html.match(/<script/g)).toHaveLength(2)
    const rest = html.replace(script, '').replace(evidenceText(html).replaceAll('<', '\\u003c'), '')
    expect(rest).not.toMatch(/ style=| on\w+=|<!--|javascript:|\u2028|\u202e/)
    expect(response.headers.get('x-robots-tag')).toBe('noindex, nofollow')
    expect(response.headers.get('cache-control')).toBe('no-store')
  })

  test('says what it is worth, what is hidden and how to check it without us', async () => {
    const { share, read } = await opened({
      scope: { kind: 'selection', q: 'tool:Bash' },
      redact: ['request'],
    })
    const { html } = await read()
    const text = html.replaceAll(/<[^>]*>/g, '').replaceAll('&#39;', "'")
    expect(text).toContain(
      'This checker came from watchbill.test:4040. It reveals changes made behind the operator',
    )
    expect(text).toContain('against the operator, use the command line and witnesses you chose.')
    expect(text).toContain('What is shown is in the log; that something was left out is not excluded.')
    expect(text).toContain(`npx watchbill verify default-${share.id.slice(4, 12)}.html`)
    expect(text).toContain("watchbill verify '<link>'".replaceAll('<', '&lt;').replaceAll('>', '&gt;'))
    expect(text).toContain('members called request; and content')
    expect(text).toContain('Header fields: time, kind of event')
  })

  test('what is kept is what was read, byte for byte, also once the log went on', async () => {
    const { share, read } = await opened({ scope: range() })
    const { html } = await read()
    const [, href = ''] = /href="(\?download=1&amp;at=\d+)"/.exec(html) ?? []
    await desk.add({})
    expect((await read()).html).not.toBe(html)
    const kept = await read(href.replace('&amp;', '&'))
    expect(kept.html).toBe(html)
    expect(kept.response.headers.get('content-disposition')).toBe(
      `attachment; filename="default-${share.id.slice(4, 12)}.html"`,
    )
    const packed = await desk.visit(`/s/open/${share.id}${href.replace('&amp;', '&')}`, null, {
      headers: { cookie: (await desk.open(share.path)).cookie, 'accept-encoding': 'gzip' },
    })
    expect(gunzipSync(Buffer.from(await packed.arrayBuffer())).toString()).toBe(html)
  })

  test('speaks of the size that is asked for if it is one of the log, else of the newest', async () => {
    const { share, read } = await opened({ scope: range() })
    await desk.add({})
    await desk.add({})
    const sizes = (await desk.world.database.raw('SELECT size FROM checkpoints ORDER BY size')).map(
      ({ size }) => Number(size),
    )
    const spoken = async (query: string) => {
      const { newest, checkpoint } = evidenceIn((await read(query)).html)
      return Number((newest?.checkpoint ?? checkpoint).split('\n')[1])
    }
    const last = sizes.at(-1) ?? 0
    for (const size of sizes.filter((one) => one >= share.size))
      expect(await spoken(`?at=${size}`)).toBe(size)
    for (const size of [0, share.size - 1, last + 1, Number.MAX_SAFE_INTEGER])
      expect(await spoken(`?at=${size}`)).toBe(last)
  })

  test('connects with what was seen before', async () => {
    const { read } = await opened({ scope: range() })
    await desk.add({})
    const [seen] = await desk.world.database.raw('SELECT size, root FROM checkpoints ORDER BY size LIMIT 1')
    const root = bytesOf(seen?.root).toString('base64url')
    const disclosure = evidenceIn((await read(`?seen=${Number(seen?.size)}`)).html)
    const keys = disclosure.keys.flatMap((text) => notes.parseVerifierKey(text) ?? [])
    const reader = { keys, pins: null, witnesses: [] }
    const memory = { size: Number(seen?.size), root }
    expect((await evidence.verifyDisclosure(disclosure, reader, null, memory)).history).toBe('extends')
    const other = { ...memory, root: 'A'.repeat(43) }
    expect((await evidence.verifyDisclosure(disclosure, reader, null, other)).history).toBe('contradicts')
    for (const asked of [0, 9_000_000])
      expect(evidenceIn((await read(`?seen=${asked}`)).html).seen).toBeNull()
  })
})

describe('what was tampered with', () => {
  const tampered = async (work: (own: ShareDesk, place: number) => Promise<unknown>) => {
    const own = await openShareDesk()
    const [place = 0] = await own.add({}, { payload: { ...common, tool: 'Bash' } }, {})
    const share = await own.share({ scope: { kind: 'range', from: place, to: place + 3 } })
    const { cookie } = await own.open(share.path)
    const triggers = await own.world.database.raw("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
    for (const { name } of triggers) await own.world.database.raw(`DROP TRIGGER "${String(name)}"`)
    await work(own, place)
    const result = await own.read(share.id, cookie)
    const tar = await own.visit(`/s/open/${share.id}/proofs`, cookie)
    const archive = tar.status === 200 ? Buffer.from(await tar.arrayBuffer()).toString('latin1') : ''
    await own.close()
    return { share, place, archive, tar, ...result }
  }
  const statesOf = async (html: string) => (await judge(evidenceIn(html))).entries.map(({ state }) => state)

  test('a changed header stands as it is, and the checker finds its place', async () => {
    const { html } = await tampered((own, place) =>
      own.world.database.raw(
        `UPDATE entries SET header = CAST(replace(CAST(header AS TEXT), 'tool.called', 'tool.callee') AS BLOB) WHERE seq = ?`,
        [BigInt(place + 1)],
      ),
    )
    expect(html).toContain('tool.callee')
    expect(await statesOf(html)).toEqual(['proven', 'contradicted', 'proven'])
  })

  test.each([
    ['bytes that are no text', "UPDATE entries SET header = x'ff00fe' WHERE seq = ?"],
    ['an empty header', "UPDATE entries SET header = x'' WHERE seq = ?"],
    ['a payload that is no JSON', "UPDATE payloads SET payload = CAST(x'7bff' AS TEXT) WHERE seq = ?"],
    ['another payload', `UPDATE payloads SET payload = '{"tool":"Read"}' WHERE seq = ?`],
    ['another salt', 'UPDATE payloads SET salt = zeroblob(32) WHERE seq = ?'],
  ])('%s does not make the service fail', async (_what, sql) => {
    const { response, html, archive, place } = await tampered((own, place) =>
      own.world.database.raw(sql, [BigInt(place + 1)]),
    )
    expect(response.status).toBe(200)
    expect(await statesOf(html)).toEqual(['proven', 'contradicted', 'proven'])
    expect(archive).toContain(`${place + 1}.${sql.includes('header') ? 'damaged.txt' : 'tlog-proof'}`)
  })

  test.each([
    ['rolled back', 'UPDATE logs SET size = ?'],
    ['without its checkpoint', 'DELETE FROM checkpoints WHERE size >= ?'],
    ['without a row', 'DELETE FROM entries WHERE seq = ? + 1'],
  ])('a log that is %s says so plainly', async (_what, sql) => {
    const { response, html, tar, archive } = await tampered((own, place) =>
      own.world.database.raw(sql, [BigInt(place)]),
    )
    expect(response.status).toBe(409)
    expect(html).toContain('The log does not hold any more what this link was about')
    if (!sql.includes('entries')) expect(tar.status).toBe(409)
    else expect(archive).toContain('damaged.txt')
  })
})

test('who reads an address of another host gets nothing', async () => {
  const response = await desk.world.app.fetch(new Request(`${testUrl.replace('watchbill', 'evil')}/s/x`))
  expect(response.status).toBe(421)
})
