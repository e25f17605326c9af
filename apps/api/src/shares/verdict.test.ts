import { evidence, merkle, notes } from '@watchbill/ledger'
import { beforeAll, describe, expect, test } from 'vitest'
import { seenAddress } from './document/seen-address.ts'
import { type Finding, kindOf, verdictParts } from './document/verdict.ts'
import type { VNode } from './document/vnode.ts'

const encoder = new TextEncoder()
const header =
  '{"agent":null,"commit":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","id":"evt_01a1f8d3-ede8-7a8f-be38-fe3cb7bc4cb8",' +
  '"prev":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","producer":"prd_01a1f8d3-ede8-7a8f-be38-fe3cb7bc4cb8","pseq":0,' +
  '"ts":0,"type":"session.ended","v":1,"ws":"default"}'

let disclosure: evidence.Disclosure
let pin: string
beforeAll(async () => {
  const origin = 'example.com/log/default'
  const signer = await notes.createSigner(origin, new Uint8Array(32).fill(5), 'ed25519')
  const leaf = merkle.leafHash(encoder.encode(header))
  const leafText = Buffer.from(leaf).toString('base64url')
  const checkpoint = await notes.signNote(notes.formatCheckpoint({ origin, size: 1, root: leaf }), [signer])
  disclosure = {
    v: 1,
    kind: 'range',
    origin,
    share: 'shr_01a228c7-5385-7fa6-932e-92842df77379',
    title: '',
    query: '',
    range: { from: 0, to: 1 },
    redacted: [],
    createdAt: '2026-11-20T12:00:00.000Z',
    expiresAt: '2026-11-27T12:00:00.000Z',
    checkpoint,
    keys: [signer.key.text],
    entries: [{ seq: 0, header, leaf: leafText, payload: 'withheld', members: null, erasedBy: null }],
    proof: [],
    newest: null,
    seen: null,
  }
  pin = evidence.formatPin({ vkeyHash: notes.fingerprintOf(signer.key.text), size: 1, root: leafText })
})

/** What the page says of it. */
const told = async (
  more: Partial<Omit<Finding, 'disclosure'>> & { evidence?: Partial<evidence.Disclosure>; pinned?: string },
) => {
  const shown = { ...disclosure, ...more.evidence }
  const { able = true, memory = null } = more
  const keys = able ? shown.keys.flatMap((text) => notes.parseVerifierKey(text) ?? []) : []
  const verdict = await evidence.verifyDisclosure(
    shown,
    { keys, pins: null, witnesses: [] },
    able && more.pinned !== undefined ? evidence.parsePin(more.pinned) : null,
    able ? memory : null,
  )
  const finding: Finding = { disclosure: shown, verdict, able, memory, kept: true, fragment: 'none', ...more }
  const [lead = '', against = '', ...rest] = verdictParts(finding).map(textOf)
  return { kind: kindOf(finding), lead, against, rest: rest.join(' ') }
}
const textOf = (node: VNode): string =>
  typeof node === 'string' ? node : node.children.map(textOf).join(' ')

describe('the verdict is said in parts', () => {
  test('proven, none left out, and by whose key', async () => {
    const { kind, lead, against, rest } = await told({ pinned: pin })
    expect([kind, lead, against]).toEqual(['proven', '✓ Entries 0 to 0 stand in the log, none left out', ''])
    expect(rest).toMatch(/pinned by you: your link names this key/)
    expect(rest).toMatch(/by 0 of none chosen by you/)
    expect(rest).toMatch(/first seen by this browser, which remembers it/)
    expect((await told({})).rest).toMatch(/not pinned by you: your link came without the part behind #/)
    expect((await told({ fragment: 'damaged' })).rest).toMatch(/behind # is damaged/)
  })

  test('a selection claims no more than that what is shown is there', async () => {
    const { lead, rest } = await told({ evidence: { kind: 'selection', range: null } })
    expect(lead).toBe('✓ This entry stands in the log')
    expect(rest).toMatch(/that something was left out is not excluded/)
  })

  test.each<[string, Parameters<typeof told>[0], RegExp]>([
    ['a missing entry', { evidence: { redacted: [], entries: [] } }, /not all the entries/],
    [
      'another pin',
      { pinned: `#1.${'A'.repeat(43)}.1.${'A'.repeat(43)}` },
      /key that the link names did not sign/,
    ],
    ['another log', { evidence: { origin: 'example.com/log/other' } }, /about another log/],
    ['no checkpoint', { evidence: { checkpoint: 'junk' } }, /not a signed checkpoint/],
    ['another past', { memory: { size: 1, root: 'A'.repeat(43) } }, /does not go on from/],
    ['a longer past', { memory: { size: 9, root: 'A'.repeat(43) } }, /does not go on from/],
  ])('%s: the first word is to rely on nothing', async (_what, more, why) => {
    const { kind, lead, against } = await told(more)
    expect([kind, lead]).toEqual(['contradicted', '✕ CONTRADICTED: do not rely on this'])
    expect(against).toMatch(why)
  })

  test('a log that is shorter than what was seen of it is said to be', async () => {
    expect((await told({ memory: { size: 9, root: 'A'.repeat(43) } })).rest).toMatch(
      /✕ the log is shorter than the 9 entries/,
    )
  })

  test('where signatures cannot be checked, or nobody signed, nothing is proven and nothing contradicted', async () => {
    const unable = await told({ able: false, pinned: pin })
    expect(unable).toMatchObject({
      kind: 'unproven',
      lead: '? Not proven: this browser cannot check signatures here',
    })
    expect(unable.rest).toMatch(/over https/)
    const unsigned = await told({ evidence: { keys: [] } })
    expect(unsigned).toMatchObject({
      kind: 'unproven',
      lead: '? Not proven: no key of this log signed for it',
    })
  })
})

describe('a page is asked for again, once, so that it connects with what was seen', () => {
  const note = (size: number) =>
    `example.com/log/default\n${size}\n${Buffer.alloc(32).toString('base64')}\n\n— x AAAAAAA=\n`
  const page = (seen: number | null = null) => ({
    checkpoint: note(10),
    newest: { checkpoint: note(20), hashes: [] },
    seen: seen === null ? null : { size: seen, hashes: [] },
  })
  const memory = (size: number) => ({ size, root: 'A'.repeat(43) })

  test.each([
    ['nothing was seen', page(), null, '', null],
    ['the newest was seen', page(), memory(20), '', null],
    ['the frozen one was seen', page(), memory(10), '', null],
    ['something older was seen', page(), memory(5), '', '?at=20&seen=5'],
    ['and it came along', page(5), memory(5), '?at=20&seen=5', null],
    ['it was asked for and did not come', page(), memory(5), '?seen=5', null],
    ['more was seen than this page is about', page(), memory(30), '?at=20', '?seen=30'],
    ['more was seen than there is', page(), memory(30), '', null],
    ['the checkpoint is none', { checkpoint: 'x', newest: null, seen: null }, memory(5), '', null],
  ])('%s', (_what, disclosed, seen, search, address) => {
    expect(seenAddress(disclosed, seen, search)).toBe(address)
  })
})
