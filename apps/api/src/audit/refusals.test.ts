import type { ProducedEntry } from '@watchbill/contract/audit'
import { type EventPayload, type EventType, eventSchemas, eventTypes } from '@watchbill/contract/events'
import { Problem } from '@watchbill/contract/fault'
import { base64url, canonicalize, commitment } from '@watchbill/ledger'
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest'
import { createEnrollment } from '../identity/enrollment.ts'
import { createTestApp, type TestApp } from '../testing/app.ts'
import { createProducer, type EntryIdea, samplePayload } from '../testing/entry-samples.ts'

let house: TestApp
let token: string
beforeEach(async () => {
  house = await createTestApp()
  token = await house.key(['entry:write'])
})
afterEach(() => house.close())

const send = (entries: unknown, credential = token, query = '') =>
  house.request(`/v1/audit/entries${query}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${credential}`, 'content-type': 'application/json' },
    body: typeof entries === 'string' ? entries : JSON.stringify({ entries }),
  })
const held = async () =>
  (
    await house.database.raw(
      'SELECT (SELECT count(*) FROM entries WHERE producer_no > 0) + (SELECT count(*) FROM producers) + (SELECT count(*) FROM payloads p JOIN entries e USING (workspace_id, seq) WHERE e.producer_no > 0) AS n',
    )
  )[0]?.n
const expectRefusal = async (entries: unknown, status: number, pointer: string, detail: string | RegExp) => {
  const response = await send(entries)
  const problem = Problem.parse(await response.json())
  expect([response.status, problem.errors[0]?.pointer]).toEqual([status, pointer])
  expect(problem.errors[0]?.detail).toMatch(detail)
  expect(await held()).toBe(0)
}

const entry = (idea: EntryIdea = {}) => createProducer('refused').peek(idea)
/** A payload under a commitment that holds, so that only the payload itself can be at fault. */
const withPayload = (
  type: string,
  payload: Record<string, string | number | boolean>,
  more: EntryIdea = {},
) => entry({ type, payload, ...more })
const rewritten = (change: (text: string) => string): ProducedEntry => {
  const good = entry()
  return { ...good, header: change(good.header) }
}
const salt = (length: number) => Buffer.alloc(length, 5).toString('base64url')

describe('a header', () => {
  test.each<[string, ProducedEntry, RegExp]>([
    ['with space in it', rewritten((text) => text.replace(',', ', ')), /canonical/],
    ['with a duplicate member', rewritten((text) => text.replace('{', '{"v":1,')), /json/],
    ['with an unknown member', rewritten((text) => text.replace('{', '{"host":"laptop",')), /unknown/],
    ['10,000 levels deep', rewritten(() => '['.repeat(10_000)), /json/],
    ['that is a list', rewritten(() => '[]'), /object/],
    ['without a type', rewritten((text) => text.replace('"type":"tool.called",', '')), /missing/],
    ['with a short commit', rewritten((text) => text.replace(/"commit":"./, '"commit":"')), /length/],
    ['of another workspace', entry({ ws: 'other' }), /ws must be default/],
    ['of an unknown type', entry({ type: 'tool.dreamt' }), /event type tool\.dreamt is not known/],
    ['named like a method of all objects', entry({ type: 'to.string' }), /not known/],
    ['of a version to come', entry({ v: 2 }), /version 2 of tool\.called is not known here; known is 1/],
    ['with a decision its type has not', entry({ decision: 'deny' }), /one of none, allow/],
    ['without the decision its type has', entry({ type: 'permission.asked' }), /one of ask/],
    ['without an agent', entry({ agent: null }), /agent must be set/],
  ])('%s', async (_, bad, why) => {
    await expectRefusal([bad], 400, '/entries/0/header', why)
  })

  test('of 64 KiB', async () => {
    await expectRefusal([rewritten((text) => text + ' '.repeat(70_000))], 400, '/entries/0/header', /65535/)
    // Under the limit in characters, over it in bytes.
    await expectRefusal([rewritten((text) => text + 'é'.repeat(60_000))], 400, '/entries/0/header', /size/)
  })
})

describe('a payload', () => {
  test.each<[string, Partial<ProducedEntry>, string, RegExp]>([
    ['without its salt', { salt: null }, '/entries/0/salt', /together/],
    ['withheld, with its salt sent', { payload: null }, '/entries/0/payload', /together/],
    ['under 31 bytes of salt', { salt: salt(31) }, '/entries/0/salt', /32 bytes/],
    ['under 33 bytes of salt', { salt: salt(33) }, '/entries/0/salt', /32 bytes/],
    ['under a salt with stray bits', { salt: `${'A'.repeat(42)}B` }, '/entries/0/salt', /32 bytes/],
    ['under another salt', { salt: salt(32) }, '/entries/0/payload', /does not commit/],
    [
      'changed',
      { payload: { ...samplePayload, request: 'git pull' } },
      '/entries/0/payload',
      /does not commit/,
    ],
  ])('%s', async (_, change, pointer, why) => {
    await expectRefusal([{ ...entry(), ...change }], 400, pointer, why)
  })

  test('10,000 levels deep', async () => {
    const { header, salt } = entry()
    const deep = `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`
    const body = `{"entries":[{"header":${JSON.stringify(header)},"payload":${deep},"salt":"${salt}"}]}`
    const response = await send(body)
    expect([response.status, Problem.parse(await response.json()).code]).toEqual([400, 'invalid_json'])
  })

  test('that is not flat', async () => {
    const nested = { ...samplePayload, tool: { name: 'Bash' } }
    await expectRefusal([{ ...entry(), payload: nested }], 400, '/entries/0/payload/tool', /expected/)
  })

  test('swapped with that of another entry', async () => {
    const producer = createProducer('swapped')
    const [one, two] = [producer.next(), producer.next({ payload: { ...samplePayload, tool: 'Read' } })]
    const swapped = [
      { ...one, payload: two.payload, salt: two.salt },
      { ...two, payload: one.payload, salt: one.salt },
    ]
    await expectRefusal(swapped, 400, '/entries/0/payload', /does not commit/)
  })

  test('whose members break the schema of its type, though the commitment holds', async () => {
    const { tool: _, ...toolless } = samplePayload
    await expectRefusal([withPayload('tool.called', toolless)], 400, '/entries/0/payload/tool', /expected/)
    const wordy = { ...samplePayload, prompt: 'all my secrets' }
    await expectRefusal(
      [withPayload('tool.called', wordy)],
      400,
      '/entries/0/payload/prompt',
      /unknown field/,
    )
    const outcome = { ...samplePayload, outcome: 'great' }
    await expectRefusal([withPayload('tool.finished', outcome)], 400, '/entries/0/payload/outcome', /ok/)
    const session = { ...samplePayload, session: '/home/sam' }
    await expectRefusal([withPayload('tool.called', session)], 400, '/entries/0/payload/session', /ses_/)
  })

  test('with 33 members', async () => {
    const many = Object.fromEntries(Array.from({ length: 33 }, (_, index) => [`m${index}`, index]))
    await expectRefusal([{ ...entry(), payload: many }], 400, '/entries/0/payload/session', /./)
  })

  test('with a text that could not be stored as it is', async () => {
    const bytes = new Uint8Array(32)
    const payload = { ...samplePayload, request: 'a\u0000b' }
    const { commit } = commitment.commitPayload(payload, bytes)
    const header = { ...JSON.parse(entry().header), commit }
    const bad = {
      header: new TextDecoder().decode(canonicalize(header)),
      payload,
      salt: base64url.encode(bytes),
    }
    await expectRefusal([bad], 400, '/entries/0/payload/request', /U\+0000/)
  })
})

it('names every wrong place of a batch, 20 at most', async () => {
  const bad = createProducer('many').take(30)
  const response = await send(bad.map((one, index) => (index % 2 ? { ...one, salt: salt(32) } : one)))
  const { errors } = Problem.parse(await response.json())
  expect(errors.map(({ pointer }) => pointer)).toEqual(
    Array.from({ length: 15 }, (_, index) => `/entries/${2 * index + 1}/payload`),
  )
  const all = await send(bad.map((one) => ({ ...one, salt: salt(32) })))
  expect(Problem.parse(await all.json()).errors).toHaveLength(20)
  expect(await held()).toBe(0)
})

it('takes 1 to 500 entries', async () => {
  expect((await send([])).status).toBe(400)
  expect((await send(createProducer('many').take(501))).status).toBe(400)
  expect(await held()).toBe(0)
})

describe('credentials', () => {
  const join = async () => {
    const actor = { kind: 'installation', id: 'test' } as const
    const { token: once } = await createEnrollment(house.deps, 'default', actor, 60, house.clock.now)
    return house.client(once).joinMachine({ body: { name: 'box' } })
  }

  test('a joined machine may hand over entries, and another may not continue its chain', async () => {
    const [one, two] = [await join(), await join()]
    const producer = createProducer('machine')
    expect((await send([producer.next()], one.credential)).status).toBe(200)
    const foreign = await send([producer.next()], two.credential)
    expect(foreign.status).toBe(403)
    const problem = await foreign.text()
    expect(problem).toContain('belongs to another credential')
    expect(problem).not.toContain(one.machineId)
    expect((await send([createProducer('machine').next()], two.credential)).status).toBe(403)
    expect((await send([createProducer('machine two').next()], two.credential)).status).toBe(200)
  })

  test('an API key keeps its producers from other keys', async () => {
    const producer = createProducer('keyed')
    expect((await send([producer.next()])).status).toBe(200)
    expect((await send([producer.next()], await house.key(['entry:write']))).status).toBe(403)
  })

  test('the same producer in two workspaces is two producers, and neither sees the other', async () => {
    const other = await house.key(['entry:write', 'fleet:read'], 'other')
    expect((await send([createProducer('both').next()])).status).toBe(200)
    expect((await send([createProducer('both', { ws: 'other' }).next()], other)).status).toBe(200)
    expect((await send([createProducer('both').next()], other)).status).toBe(400)
    expect((await send([createProducer('both').next()], other, '?workspace=default')).status).toBe(404)
    const { producers } = await house.client(other).listProducers()
    expect(producers.map(({ nextPseq, owner }) => [nextPseq, owner.slice(0, 4)])).toEqual([[1, 'key_']])
  })

  test('without the scope: refused', async () => {
    const weak = await house.key(['snapshot:write', 'fleet:read'])
    expect((await send([createProducer('weak').next()], weak)).status).toBe(403)
  })
})

test('a demo workspace is deleted with all its entries', async () => {
  const demo = await house.key(['entry:write', 'workspace:write'], 'demo')
  const producer = createProducer('demo', { ws: 'demo' })
  const fork = producer.fork()
  await send(producer.take(3), demo)
  expect((await send([fork.next()], demo)).status).toBe(200)
  await house.client(demo).removeWorkspace({ params: { id: 'demo' } })
  for (const table of ['entries', 'producers', 'payloads', 'equivocations', 'logs']) {
    const left = await house.database.raw(`SELECT count(*) AS n FROM ${table} WHERE workspace_id = 'demo'`)
    expect(left, table).toEqual([{ n: 0 }])
  }
})

test('entries show in the metrics, by what their receipt said', async () => {
  const producer = createProducer('counted')
  const [first] = [producer.next()]
  await send([first, producer.next()])
  await send([first, createProducer('counted').fork().next()])
  const metrics = house.client(await house.key(['probe:read']))
  const text = await (await metrics.getMetrics()).text()
  expect(text).toContain('watchbill_entries_total{status="stored"} 2')
  expect(text).toContain('watchbill_entries_total{status="duplicate"} 1')
  expect(text).toContain('watchbill_entries_total{status="equivocation"} 1')
})

test('nothing of a payload is logged', async () => {
  await send([entry({ payload: { ...samplePayload, request: 'canary-7f' } })])
  await send([{ ...entry(), payload: { ...samplePayload, request: 'canary-7f' } }])
  expect(JSON.stringify(house.logged)).not.toContain('canary')
})

test('every event type of the contract is taken, with the least it can say', async () => {
  const producer = createProducer('types')
  const batch = eventTypes.map((type) => {
    const [decision] = eventSchemas[type].decisions
    return producer.next({ type, payload: leastPayload[type], ...(decision ? { decision } : {}) })
  })
  const response = await send(batch)
  expect(response.status, await response.text()).toBe(200)
  expect(
    await house.database.raw(
      `SELECT CAST(header AS TEXT) ->> 'type' AS type, CAST(header AS TEXT) ->> 'decision' AS decision FROM entries
        WHERE producer_no > 0 ORDER BY seq`,
    ),
  ).toEqual(eventTypes.map((type) => ({ type, decision: eventSchemas[type].decisions[0] })))
})

const common = { session: samplePayload.session, imported: true }
const leastPayload: { readonly [T in EventType]: EventPayload<T> & Record<string, string | boolean> } = {
  'session.started': common,
  'session.ended': common,
  'tool.called': { ...common, tool: 'Bash' },
  'tool.finished': { ...common, tool: 'Bash', outcome: 'unknown' },
  'tool.refused': { ...common, tool: 'Bash', by: 'unknown' },
  'permission.asked': { ...common, tool: 'Bash' },
  'permission.answered': { ...common, tool: 'Bash', by: 'person' },
  'mode.changed': { ...common, to: 'plan' },
  'subagent.started': common,
  'subagent.finished': { ...common, outcome: 'ok' },
  'context.compacted': { ...common, trigger: 'auto' },
  'model.failed': { ...common, kind: 'overloaded' },
}
