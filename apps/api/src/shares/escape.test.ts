import { matchEntry, parseQuery } from '@watchbill/contract/audit-query'
import type { ShareScope } from '@watchbill/contract/shares'
import { tryHeader } from '@watchbill/ledger/share'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createProducer, type EntryIdea } from '../testing/entry-samples.ts'
import { openShareDesk, type ShareDesk } from '../testing/share-desk.ts'
import { readSecrets, type Secrets, unpackAnswer, wordsIn } from '../testing/share-secrets.ts'
import { headerFacts } from './document/header-facts.ts'

const drills = process.env.WATCHBILL_DRILLS === '1'
const attempts = drills ? 20_000 : 2000
const entryCount = 40
const shareCount = drills ? 120 : 30
const ses = 'ses_01a1f848-b543-7e91-9e5e-989cb75f9d5f'
const names = ['tool', 'request', 'content', 'call']

/** A word that stands in one member of one entry and nowhere else in the world. */
const marker = (place: string, name: string) => `zq${place}${name}zq`
const ideaOf = (place: string, index: number): EntryIdea => ({
  ...(index % 3 === 0 ? { type: 'permission.asked', decision: 'ask' } : {}),
  payload:
    index % 11 === 10
      ? null
      : {
          session: ses,
          imported: false,
          ...Object.fromEntries(names.map((name) => [name, `${marker(place, name)} of agents`])),
        },
})

interface Known {
  readonly path: string
  readonly id: string
  readonly cookie: string
  /** Words of the world that this link may show. */
  readonly allowed: Set<string>
  /** Words of its query, where that is told: those of whoever made it, which no erasure reaches. */
  readonly quoted: readonly string[]
}

let desk: ShareDesk
let secrets: Secrets[]
let shares: Known[]
/** Every word that somebody might want. */
const wanted = new Set<string>()

beforeAll(async () => {
  desk = await openShareDesk()
  const places = await desk.add(
    ...Array.from({ length: entryCount }, (_, index) => ideaOf(`p${index}`, index)),
  )
  const other = createProducer('elsewhere', { ws: 'other' })
  const key = await desk.world.key(['entry:write'], 'other')
  const entries = Array.from({ length: 8 }, (_, index) => other.next(ideaOf(`other${index}`, index)))
  await desk.world.call('postEntries', { body: { entries } }, key)
  secrets = await readSecrets(desk.world.database)
  for (const one of secrets)
    for (const word of [...one.own, ...one.salt, ...[...one.members.values()].flat()]) wanted.add(word)
  shares = []
  const [first = 0] = places
  for (let index = 0; index < shareCount; index += 1) shares.push(await makeShare(first, index))
  // What is erased by now is shown by no link, whatever it was made for.
  const gone = [first + 1, first + 12]
  await desk.client.postErasures({ body: { seqs: gone, reason: 'asked for' } })
  await desk.seal()
  const erased = secrets
    .filter(({ seq }) => gone.includes(seq))
    .flatMap(({ members }) => [...members.values()].flat())
  for (const { allowed, quoted } of shares) {
    for (const word of erased) allowed.delete(word)
    for (const word of quoted) allowed.add(word)
  }
})
afterAll(() => desk.close())

/** Deterministic, so that a failing attempt can be run again. */
const makeShare = async (first: number, index: number): Promise<Known> => {
  const dice = (limit: number, salt: number) => (index * 2_654_435_761 + salt * 40_503) % limit
  const redact = names.filter((_, at) => dice(3, at + 1) === 0)
  const content = index % 4 === 0
  const from = first + dice(entryCount - 12, 7)
  const scopes: ShareScope[] = [
    { kind: 'range', from, to: from + 1 + dice(10, 8) },
    { kind: 'range', from, to: from + 10, q: 'decision:ask' },
    { kind: 'selection', seqs: [from, from + 3, from + 7] },
    {
      kind: 'selection',
      q: `tool:"${marker(`p${from - first}`, 'tool')} of agents" OR session:none seq:${from}..${from + 5}`,
    },
  ]
  const scope = scopes[index % scopes.length]
  const share = await desk.share({ title: 'Attempted', ...(scope && { scope }), redact, content })
  const { cookie } = await desk.open(share.path)
  const shown = (name: string) => !redact.includes(name) && (content || name !== 'content')
  const [row] = await desk.world.database.raw('SELECT seqs FROM shares WHERE id = ?', [share.id])
  const seqs: number[] = row?.seqs === null ? [] : JSON.parse(String(row?.seqs))
  const asked = share.kind === 'range' && share.q !== '' ? parseQuery(share.q, 0) : null
  const allowed = new Set<string>()
  for (const one of secrets) {
    const { seq } = one
    const inScope =
      share.kind === 'range' ? seq >= (share.from ?? 0) && seq < (share.to ?? 0) : seqs.includes(seq)
    if (!inScope) continue
    for (const word of one.own) allowed.add(word)
    if (asked !== null && !matchEntry(asked, headerFacts(seq, tryHeader(one.header)))) continue
    for (const [name, words] of one.members) if (shown(name)) for (const word of words) allowed.add(word)
  }
  const quoted = redact.includes('tool') ? [] : (share.q.match(/zq\w+zq/g) ?? [])
  return { path: share.path, id: share.id, cookie, allowed, quoted }
}

const nothing: ReadonlySet<string> = new Set()

const place = fc.oneof(fc.nat({ max: 60 }), fc.constantFrom(-1, 2 ** 53, 1e21)).map(String)
const words = fc.constantFrom(
  'zq*',
  '*',
  'tool:zq*',
  'payload:shown',
  'content',
  'true',
  '1',
  "' OR 1=1 --",
  '%00',
  '../..',
)
const parameter = fc.tuple(
  fc.constantFrom(
    'download',
    'at',
    'seen',
    'q',
    'cursor',
    'from',
    'to',
    'seqs',
    'before',
    'limit',
    'content',
    'redact',
  ),
  fc.oneof(place, words),
)
const oddParameter = fc.tuple(
  fc.constantFrom('workspace', 'share', 'format', 'size', 'buckets', 'id', 'token', 'sort', 'access_token'),
  fc.oneof(place, words, fc.constantFrom('other', 'default', 'csv', 'jsonl')),
)
const pathKind = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('/s/open/:id', '/s/open/:id/proofs') },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      ...[
        '/s/open/:id/',
        '/s/open/:id/proofs/0',
        '/s/open/:id/entries',
        '/s/open/:id%2fproofs',
        '/s/open/:id.json',
        '/s/open',
      ],
      ...[
        '/s/open/:id/../../../v1/audit/entries',
        '/s/%2e%2e/v1/audit/entries',
        '/s/open/:other',
        '/s/:token/:id',
        '/s/x',
      ],
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      ...[
        'entries',
        'entries/:seq',
        'entries/:seq/proof',
        'range',
        'proofs',
        'facets',
        'histogram',
        'export',
        'views',
      ].map((rest) => `/v1/audit/${rest}`),
      ...[
        '/v1/shares',
        '/v1/shares/:id',
        '/log/default/checkpoint',
        '/log/default/tile/entries/000.p/3',
        '/log/other/tile/0/000',
      ],
    ),
  },
)
const attempt = fc.record({
  share: fc.nat(),
  other: fc.nat(),
  cookie: fc.constantFrom('own', 'own', 'own', 'other', 'renamed', 'none', 'all', 'garbage'),
  path: pathKind,
  query: fc.array(fc.oneof({ weight: 3, arbitrary: parameter }, oddParameter), { maxLength: 3 }),
  valid: fc.constantFrom(null, null, '?download=1', '?at=20', '?seen=3', '?at=43&seen=2&download=1'),
  method: fc.oneof(
    { weight: 8, arbitrary: fc.constant('GET') },
    fc.constantFrom('HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'),
  ),
  headers: fc.dictionary(
    fc.constantFrom(
      'accept',
      'accept-encoding',
      'range',
      'x-forwarded-for',
      'x-workspace',
      'if-none-match',
      'authorization',
    ),
    fc.constantFrom(
      '*',
      'gzip',
      'bytes=0-99',
      '127.0.0.1',
      'other',
      'application/json',
      'Bearer wb_default_key_x',
    ),
    { maxKeys: 2 },
  ),
})
type Attempt = typeof attempt extends fc.Arbitrary<infer T> ? T : never

const send = (one: Attempt, share: Known, other: Known): Promise<Response> => {
  const [, secret = ''] = share.cookie.split('=')
  const cookies: Record<Attempt['cookie'], string | null> = {
    own: share.cookie,
    other: other.cookie,
    renamed: `${other.cookie.split('=')[0]}=${secret}`,
    none: null,
    all: shares.map(({ cookie }) => cookie).join('; '),
    garbage: `${share.cookie}x; wb=${secret}; __Host-wb=${secret}`,
  }
  const path = one.path
    .replace(':token', share.path.slice(3))
    .replace(':id', one.cookie === 'renamed' ? other.id : share.id)
    .replace(':other', other.id)
    .replace(':seq', String(one.share % 50))
  const query = one.valid ?? (one.query.length === 0 ? '' : `?${new URLSearchParams(one.query)}`)
  return desk.visit(path + query, cookies[one.cookie], { method: one.method, headers: one.headers })
}

/** Links whose cookie really comes along. */
const heldBy = (cookie: Attempt['cookie'], share: Known, other: Known): readonly Known[] => {
  if (cookie === 'all') return shares
  if (cookie === 'own' || (cookie === 'renamed' && share === other)) return [share]
  return cookie === 'other' ? [other] : []
}

test(`no word from outside of its scope leaves by a link, in ${attempts} attempts`, async () => {
  const shown = new Set<string>()
  let documents = 0
  await fc.assert(
    fc.asyncProperty(attempt, async (one) => {
      const [share, other] = [one.share, one.other].map((at) => shares[at % shares.length])
      if (share === undefined || other === undefined) throw new Error('no share')
      const response = await send(one, share, other)
      const text = (await unpackAnswer(response)).replace(desk.checker, '')
      const said = wordsIn(text).filter((word) => wanted.has(word))
      if (response.status === 200 && one.path.startsWith('/s/open/')) documents += 1
      const target = one.path.includes(':other') || one.cookie === 'renamed' ? other : share
      const held = heldBy(one.cookie, share, other)
      const allowed = held.includes(target) ? target.allowed : nothing
      for (const word of said) if (!allowed.has(word)) expect.fail(`${word} left by ${target.id}`)
      for (const word of said) shown.add(word)
    }),
    { numRuns: attempts },
  )
  expect(documents).toBeGreaterThan(attempts / 40)
  expect(shown.size).toBeGreaterThan(50)
})
