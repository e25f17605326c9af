import { type ShareScope, shareMost } from '@watchbill/contract/shares'
import { evidence, notes } from '@watchbill/ledger'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { testUrl } from '../testing/app.ts'
import { refusalOf } from '../testing/entry-desk.ts'
import { openShareDesk, type ShareDesk } from '../testing/share-desk.ts'

const common = { session: 'ses_01a1f848-b543-7e91-9e5e-989cb75f9d5f', imported: false }
let desk: ShareDesk
let places: number[]
beforeAll(async () => {
  desk = await openShareDesk()
  places = await desk.add(
    { payload: { ...common, tool: 'Bash', request: 'git push' } },
    {
      type: 'tool.refused',
      decision: 'deny',
      payload: { ...common, tool: 'Bash', by: 'rule' },
    },
    { payload: { ...common, tool: 'Read', content: 'what somebody wrote' } },
    { payload: null },
  )
})
afterAll(() => desk.close())

const refused = async (body: Parameters<ShareDesk['share']>[0]) => refusalOf(desk.share(body))
const pointers = async (body: Parameters<ShareDesk['share']>[0]) =>
  (await refused(body)).errors.map(({ pointer }) => pointer)
const recorded = async (type: string) => {
  const rows = await desk.world.database.raw(
    `SELECT CAST(y.payload AS TEXT) AS payload FROM entries e JOIN payloads y USING (workspace_id, seq)
      WHERE e.workspace_id = 'default' AND instr(CAST(e.header AS TEXT), ?) > 0 ORDER BY e.seq`,
    [`"type":"${type}"`],
  )
  return rows.map(({ payload }) => JSON.parse(String(payload)))
}

describe('what a link is made of', () => {
  test('a selection by query holds what answers now, its ids in place of names', async () => {
    const share = await desk.share({
      title: ' Refusals ',
      scope: { kind: 'selection', q: 'tool:bash sort:oldest' },
    })
    expect(share).toMatchObject({
      title: 'Refusals',
      kind: 'selection',
      q: 'tool:bash',
      count: 2,
      state: 'open',
    })
    expect(share).toMatchObject({
      from: null,
      to: null,
      opened: 0,
      refused: 0,
      lastOpenedAt: null,
      content: false,
    })
    await desk.add({ payload: { ...common, tool: 'Bash' } })
    expect((await desk.client.getShare({ params: { id: share.id } })).share.count).toBe(2)
  })

  test('a selection by places is put in order, each once', async () => {
    const [first = 0, second = 0] = places
    const share = await desk.share({ scope: { kind: 'selection', seqs: [second, first, second] } })
    expect(share.count).toBe(2)
    const { cookie } = await desk.open(share.path)
    const { html } = await desk.read(share.id, cookie)
    expect(html.indexOf(`<span class="seq">${first}<`)).toBeLessThan(
      html.indexOf(`<span class="seq">${second}<`),
    )
  })

  test('a range holds every place from its first to before its last', async () => {
    const [first = 0] = places
    const share = await desk.share({
      scope: { kind: 'range', from: first, to: first + 4, q: 'decision:deny' },
    })
    expect(share).toMatchObject({ kind: 'range', from: first, to: first + 4, count: 4, q: 'decision:deny' })
  })

  test('the link pins the key, size and root of the checkpoint it was frozen at', async () => {
    const share = await desk.share({})
    expect(share.url).toMatch(new RegExp(`^${testUrl}/s/[\\w-]{43}#1\\.[\\w-]{43}\\.\\d+\\.[\\w-]{43}$`))
    const pin = evidence.parsePin(share.pin)
    const [key] = await desk.world.database.raw("SELECT vkey FROM log_keys WHERE workspace_id = 'default'")
    expect(pin).toMatchObject({ size: share.size, vkeyHash: notes.fingerprintOf(String(key?.vkey)) })
  })

  test('the token is kept as a hash alone, and making it is an entry', async () => {
    const share = await desk.share({ redact: ['tool', 'tool', 'request'], content: true })
    const [row] = await desk.world.database.raw('SELECT * FROM shares WHERE id = ?', [share.id])
    expect(JSON.stringify(row)).not.toContain(share.token)
    expect(row).toMatchObject({ redacted: '["tool","request"]', content: 1, revoked_at: null })
    expect((await recorded('share.created')).at(-1)).toEqual({
      actor: row?.created_by,
      actorKind: 'key',
      share: share.id,
      kind: 'selection',
      count: share.count,
      size: share.size,
      redacted: ['tool', 'request'],
      content: true,
      expiresAt: share.expiresAt,
    })
  })

  test('seven days unless said', async () => {
    const { now } = desk.world.clock
    expect((await desk.share({})).expiresAt).toBe(new Date(now + 7 * 86_400_000).toISOString())
    const expiresAt = new Date(now + 1000).toISOString()
    expect((await desk.share({ expiresAt })).expiresAt).toBe(expiresAt)
  })
})

describe('what is refused', () => {
  test('an end in the past, or too far', async () => {
    const { now } = desk.world.clock
    for (const at of [now, now - 1, now + 367 * 86_400_000])
      expect(await pointers({ expiresAt: new Date(at).toISOString() })).toEqual(['/expiresAt'])
  })

  test('a query that cannot be read, at its place', async () => {
    expect(await pointers({ scope: { kind: 'selection', q: 'tool:Bash nonsense:1' } })).toEqual([
      'query.q:10-18',
    ])
  })

  test('a range whose filter a visitor could not run again, at every such term', async () => {
    const fault = await refused({
      scope: { kind: 'range', from: 0, to: 2, q: 'decision:deny tool:Bash push' },
    })
    expect(fault.code).toBe('invalid_request')
    expect(fault.errors.map(({ pointer }) => pointer)).toEqual(['query.q:14-23', 'query.q:24-28'])
  })

  test('nothing, an empty span, and what the log has not come to', async () => {
    expect(await pointers({ scope: { kind: 'selection', q: 'tool:Nonesuch' } })).toEqual(['/scope'])
    expect(await pointers({ scope: { kind: 'range', from: 3, to: 3 } })).toEqual(['/scope/to'])
    expect(await pointers({ scope: { kind: 'range', from: 0, to: 1_000_000_000 } })).toEqual(['/scope/to'])
    expect(await pointers({ scope: { kind: 'selection', seqs: [9_000_000] } })).toEqual(['/scope/seqs'])
  })

  test('anything pending: ask again in a second', async () => {
    const { receipts } = await desk.client
      .postEntries({ body: { entries: [] as never } })
      .catch(() => ({ receipts: [] }))
    expect(receipts).toEqual([])
    // Making a link is an entry, and no sealer runs here.
    const { size } = await desk.share({})
    const scopes: ShareScope[] = [
      { kind: 'selection', seqs: [0, size] },
      { kind: 'range', from: size - 1, to: size + 1 },
    ]
    for (const scope of scopes) {
      const fault = await refused({ scope })
      expect(fault).toMatchObject({ code: 'conflict', retryAfterSeconds: 1 })
      expect(fault.mend).toMatch(/in a second/)
    }
    await desk.seal()
    await desk.share({ scope: { kind: 'selection', seqs: [0, size] } })
  })

  test('more than a page holds', async () => {
    const fault = await refused({ scope: { kind: 'range', from: 0, to: shareMost + 1 } })
    expect(fault.message).toMatch(/at most 5000/)
    expect(fault.mend).toMatch(/export/)
  })

  test('before the first checkpoint', async () => {
    const key = await desk.world.key(['audit:share'], 'other')
    const asked = { title: '', redact: [], scope: { kind: 'selection', q: '' } as const }
    const fault = await refusalOf(desk.world.call('postShare', { body: asked }, key))
    expect(fault.code).toBe('conflict')
  })
})

describe('managing', () => {
  test('a preview tells what could be hidden and what cannot, and makes nothing', async () => {
    const before = (await desk.client.listShares({})).shares.length
    const [first = 0] = places
    const scope = { kind: 'range', from: first, to: first + 4 } as const
    const preview = await desk.client.previewShare({ body: { scope } })
    expect(preview).toMatchObject({ count: 4, withheld: 1, erased: 0 })
    expect(preview.members.map(({ name, count, content }) => [name, count, content])).toEqual([
      ['by', 1, false],
      ['content', 1, true],
      ['imported', 3, false],
      ['request', 1, false],
      ['session', 3, false],
      ['tool', 3, false],
    ])
    expect(preview.header).toEqual(expect.arrayContaining(['ts', 'agent', 'decision', 'commit']))
    expect(JSON.stringify(preview)).not.toContain('what somebody wrote')
    expect((await desk.client.listShares({})).shares).toHaveLength(before)
    expect(
      (await desk.client.previewShare({ body: { scope: { kind: 'selection', q: 'tool:x' } } })).count,
    ).toBe(0)
  })

  test('newest first, revoked once, and nobody else’s', async () => {
    desk.world.clock.now += 1000
    const share = await desk.share({ title: 'last' })
    desk.world.clock.now += 1000
    const later = await desk.share({ title: 'later' })
    expect((await desk.client.listShares({})).shares.slice(0, 2).map(({ id }) => id)).toEqual([
      later.id,
      share.id,
    ])
    const before = (await recorded('share.revoked')).length
    for (let round = 0; round < 2; round += 1) await desk.client.removeShare({ params: { id: share.id } })
    expect((await recorded('share.revoked')).slice(before)).toMatchObject([{ share: share.id }])
    expect((await desk.client.getShare({ params: { id: share.id } })).share).toMatchObject({
      state: 'revoked',
      revokedAt: new Date(desk.world.clock.now).toISOString(),
    })
    const foreign = await desk.world.key(['audit:share'], 'other')
    for (const name of ['getShare', 'removeShare'] as const) {
      const fault = await refusalOf(desk.world.call(name, { params: { id: later.id } }, foreign))
      expect(fault.code).toBe('not_found')
    }
  })
})
