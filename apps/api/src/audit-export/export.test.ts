import { createHash } from 'node:crypto'
import { evidence, merkle, notes, parseHeader } from '@watchbill/ledger'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { CallContext } from '../http/handler.ts'
import { createTestApp, type TestApp } from '../testing/app.ts'
import { parseCsv } from '../testing/csv.ts'
import { createProducer } from '../testing/entry-samples.ts'
import { sampleSnapshot } from '../testing/fleet-samples.ts'
import { createSealDesk, openTestPlace } from '../testing/seal-desk.ts'
import { bodyOf } from './body.ts'
import { csvColumns } from './csv.ts'
import { readCell } from './csv-cell.ts'
import { openExport } from './service.ts'

let house: TestApp
let key: string
let seal: () => Promise<unknown>
let endPlace: () => Promise<void>
beforeEach(async () => {
  house = await createTestApp()
  key = await house.key(['audit:read'])
  const { place, cleanup } = await openTestPlace()
  seal = (await createSealDesk(house.database, place)).seal
  endPlace = cleanup
})
afterEach(async () => {
  await house.close()
  await endPlace()
})

const session = 'ses_01a1f848-b543-7e91-9e5e-989cb75f9d5f'
type Payload = Readonly<Record<string, string | number | boolean>>

/** One entry for each payload, of one producer; answers with their places. */
const write = async (name: string, payloads: readonly Payload[]): Promise<number[]> => {
  const producer = createProducer(name)
  const entries = payloads.map((more) =>
    producer.next({ payload: { session, imported: false, tool: 'Bash', ...more } }),
  )
  const client = house.client(await house.key(['entry:write']))
  const seqs: number[] = []
  for (let at = 0; at < entries.length; at += 500) {
    const { receipts } = await client.postEntries({ body: { entries: entries.slice(at, at + 500) } })
    seqs.push(...receipts.map(({ seq }) => seq ?? -1))
  }
  return seqs
}

const ask = (format: string, q?: string, init: RequestInit = {}) =>
  house.request(`/v1/audit/export?${new URLSearchParams({ format, ...(q === undefined ? {} : { q }) })}`, {
    headers: { authorization: `Bearer ${key}` },
    ...init,
  })

const readRows = async (response: Response) => {
  expect(response.status).toBe(200)
  const [names = [], ...rows] = parseCsv(await response.text())
  expect(names).toEqual([...csvColumns])
  return rows.map((row) => Object.fromEntries(row.map((cell, at) => [names[at], readCell(cell)])))
}

const check = async (text: string) => {
  const made = evidence.createExportCheck()
  const lines = text.split('\n')
  expect(lines.pop()).toBe('')
  for (const line of lines) made.line(line)
  const keys = (made.head?.keys ?? []).flatMap((vkey) => notes.parseVerifierKey(vkey) ?? [])
  return { head: made.head, lines, verdict: await made.end({ keys, pins: null, witnesses: [] }) }
}

const exported = async () => {
  const rows = await house.database.raw(
    "SELECT CAST(payload AS TEXT) AS payload FROM payloads WHERE workspace_id = 'default' ORDER BY seq",
  )
  return rows.map(({ payload }) => JSON.parse(String(payload))).filter(({ format }) => format !== undefined)
}

describe('csv', () => {
  test('holds what answers, oldest first, with everything an entry says but content', async () => {
    const said = { request: 'git push -f', content: 'what was said aloud' }
    const seqs = await write('a', [{}, said, { tool: 'Read' }, said])
    await seal()
    const response = await ask('csv', 'tool:Bash')
    expect(response.headers.get('content-type')).toContain('text/csv')
    expect(response.headers.get('watchbill-total')).toBe('3')
    expect(response.headers.get('content-disposition')).toBe(
      'attachment; filename="default-2026-11-20T120000Z.csv"',
    )
    const rows = await readRows(response)
    expect(rows.map(({ seq }) => Number(seq))).toEqual([seqs[0], seqs[1], seqs[3]])
    const [listed] = (await house.client(key).listEntries({ query: { from: String(seqs[1]), limit: '1' } }))
      .entries
    const header = parseHeader(new TextEncoder().encode(listed?.header))
    expect(rows[1]).toMatchObject({
      time: new Date(header.ts).toISOString(),
      received: listed?.receivedAt,
      action: 'tool.called',
      decision: '',
      agent: header.agent,
      machine: listed?.owner,
      session,
      tool: 'Bash',
      request: 'git push -f',
      members: '{"imported":false}',
      payload: 'shown',
      pseq: '1',
      leaf: Buffer.from(merkle.leafHash(new TextEncoder().encode(listed?.header))).toString('hex'),
      sealed: 'yes',
    })
    expect(JSON.stringify(rows)).not.toContain('aloud')
  })

  test('names agents and machines as they go by now, and says what is pending', async () => {
    await seal()
    const [seq = 0] = await write('named', [{}])
    const { header, owner } = (await house.client(key).getEntry({ params: { seq: String(seq) } })).entry
    const { agent } = parseHeader(new TextEncoder().encode(header))
    const reporter = house.client(await house.key(['snapshot:write']))
    const named = sampleSnapshot(1, house.clock.now, {
      agent: { id: agent ?? '', name: 'nightly, "the" one' },
    })
    await reporter.postSnapshots({ body: { snapshots: [named] } })
    await house.database.raw("UPDATE machines SET id = ?, name = '=box'", [owner])
    const rows = await readRows(await ask('csv', 'tool:Bash'))
    expect(rows).toMatchObject([
      { agent_name: 'nightly, "the" one', machine_name: '=box', sealed: 'pending' },
    ])
  })

  test('a line for what the control plane did, and what was erased or damaged', async () => {
    const [erased = 0, damaged = 0] = await write('a', [{ request: 'secret' }, {}])
    const eraser = house.client(await house.key(['audit:erase']))
    await eraser.postErasures({ body: { seqs: [erased], reason: 'asked for' } })
    await house.database.raw('DROP TRIGGER entries_no_update')
    await house.database.raw('UPDATE entries SET header = ? WHERE seq = ?', [Buffer.from('=cmd()'), damaged])
    const rows = await readRows(await ask('csv'))
    expect(rows.map(({ seq }) => Number(seq))).toEqual(rows.map((_, index) => index))
    expect(rows[erased]).toMatchObject({ payload: 'erased', tool: '', request: '', members: '' })
    expect(Number(rows[erased]?.erased_by)).toBeGreaterThan(damaged)
    expect(rows[damaged]).toMatchObject({ time: '', action: '', agent: '' })
    expect(rows[damaged]?.leaf).toMatch(/^[0-9a-f]{64}$/)
    expect(rows[0]).toMatchObject({
      action: 'key.created',
      machine: 'control-plane',
      agent: '',
      actor: 'test',
    })
    expect(JSON.parse(rows[0]?.members ?? '')).toMatchObject({
      actorKind: 'installation',
      scopes: ['audit:read'],
    })
  })

  test('an empty answer is the line of names', async () => {
    expect(await readRows(await ask('csv', 'tool:Never'))).toEqual([])
  })
})

describe('jsonl', () => {
  test('proves itself, whatever was left out, and says what is pending', async () => {
    const payloads = Array.from({ length: 700 }, (_, index) => ({ tool: index % 3 === 0 ? 'Read' : 'Bash' }))
    const sealed = await write('a', payloads)
    await seal()
    const pending = await write('b', [{}, { tool: 'Read' }])
    for (const q of ['tool:Read', '', 'tool:Bash seq:>100', 'tool:Never', `seq:${sealed[5]}`]) {
      const response = await ask('jsonl', q)
      const { head, verdict } = await check(await response.text())
      expect(verdict.contradictions, q).toEqual([])
      expect(String(verdict.entries)).toBe(response.headers.get('watchbill-total'))
      expect(verdict.signed.by).not.toBeNull()
      expect(head).toMatchObject({ count: verdict.entries, createdAt: '2026-11-20T12:00:00.000Z' })
    }
    const { verdict, lines } = await check(await (await ask('jsonl', 'tool:Read')).text())
    expect(verdict).toMatchObject({ consistent: 'yes', entries: 235, pending: 1 })
    expect(lines.filter((line) => line.includes('"pending":true'))).toHaveLength(1)
    expect(lines.find((line) => line.includes('"pending":true'))).toContain(`"seq":${pending[1]}`)
  })

  test('is contradicted by any entry that was changed, left out or put in', async () => {
    await write('a', [{}, {}, {}, {}])
    await seal()
    const { lines } = await check(await (await ask('jsonl', 'tool:Bash')).text())
    const wrong = async (changed: readonly string[]) =>
      (await check(`${changed.join('\n')}\n`)).verdict.consistent
    expect(await wrong(lines)).toBe('yes')
    const entries = lines.flatMap((line, at) => (line.startsWith('{"entry"') ? [at] : []))
    expect(entries).toHaveLength(4)
    const [at = 0] = entries
    expect(await wrong(lines.filter((_, index) => index !== at))).toBe('no')
    expect(await wrong(lines.with(at, (lines[at] ?? '').replace('tool.called', 'tool.tolled')))).toBe('no')
    expect(await wrong(lines.slice(0, -1))).toBe('no')
  })

  test('is refused while nothing could prove it', async () => {
    const response = await ask('jsonl')
    expect([response.status, await response.json()]).toMatchObject([409, { code: 'conflict' }])
    expect(await exported()).toEqual([])
  })
})

describe('an export', () => {
  test('is on record before its first byte, by the digest of what was asked', async () => {
    await write('a', [{}, {}])
    const size = (await house.client(key).listEntries()).size
    const response = await ask('csv', ' tool:Bash   decision:none ')
    const digest = createHash('sha256').update('tool:Bash decision:none').digest('base64url')
    const facts = { count: 2, format: 'csv', query: digest, size }
    expect(await exported()).toMatchObject([{ ...facts, actorKind: 'key' }])
    await response.body?.cancel()
    await ask('csv', undefined, { method: 'HEAD', headers: { authorization: `Bearer ${key}` } })
    expect(await exported()).toHaveLength(1)
  })

  test('holds what there was when it began', async () => {
    const seqs = await write(
      'a',
      Array.from({ length: 450 }, () => ({})),
    )
    const response = await ask('csv', 'tool:Bash')
    await write('b', [{}, {}])
    const rows = await readRows(response)
    expect(rows.map(({ seq }) => Number(seq))).toEqual(seqs)
  })

  test('is made as it is read, and ends with its reader', async () => {
    await write(
      'a',
      Array.from({ length: 500 }, () => ({ request: 'x'.repeat(400) })),
    )
    let reads = 0
    const dbFor = (workspace: string) => {
      const db = house.deps.dbFor(workspace)
      return Object.assign(Object.create(db), {
        rows: (query: Parameters<typeof db.rows>[0]) => {
          reads += 1
          return db.rows(query)
        },
      })
    }
    const context: CallContext = {
      actor: {
        ...{ kind: 'key', id: 'key_reader', name: 'reader', scopes: new Set(['audit:read'] as const) },
        ...{ workspaces: ['default'], machineId: null, expiresAt: null },
      },
      ...{ workspace: 'default', now: house.clock.now, requestId: 'test' },
      request: new Request('http://watchbill.test/v1/audit/export'),
    }
    const deps = { ...house.deps, dbFor }
    const { text } = await openExport(deps, context, undefined, 'csv')
    const before = reads
    const reader = bodyOf(deps, context, text).getReader()
    await reader.read()
    await new Promise((resolve) => setTimeout(resolve, 50))
    const taken = reads - before
    expect(taken).toBeGreaterThan(0)
    expect(taken).toBeLessThan(5)
    await reader.cancel()
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(reads - before).toBe(taken)
    expect(await text.next()).toEqual({ done: true, value: undefined })
  })

  test('breaks off when its credential is revoked', async () => {
    await write(
      'a',
      Array.from({ length: 500 }, () => ({ request: 'x'.repeat(400) })),
    )
    const response = await ask('csv')
    const reader = response.body?.getReader()
    await reader?.read()
    await house.database.raw('UPDATE keys SET revoked_at = 1')
    await new Promise((resolve) => setTimeout(resolve, 600))
    await expect(
      (async () => {
        for (;;) if ((await reader?.read())?.done) return
      })(),
    ).rejects.toThrow('no longer valid')
    expect(house.logged).toContainEqual(expect.objectContaining({ msg: 'export broke off' }))
  })

  test('takes audit:read, a query that reads and a format, and shows nothing of another workspace', async () => {
    await write('a', [{}])
    const as = async (scopes: Parameters<TestApp['key']>[0], workspace = 'default') => ({
      headers: { authorization: `Bearer ${await house.key(scopes, workspace)}` },
    })
    expect((await ask('csv', '', await as(['log:read', 'fleet:read']))).status).toBe(403)
    expect(await readRows(await ask('csv', 'tool:Bash', await as(['audit:read'], 'other')))).toEqual([])
    const bad = await ask('csv', 'tool:Bash (')
    expect([bad.status, await bad.json()]).toMatchObject([400, { errors: [{ pointer: 'query.q:10-11' }] }])
    expect((await ask('xml')).status).toBe(400)
    expect(await exported()).toEqual([])
  })
})
