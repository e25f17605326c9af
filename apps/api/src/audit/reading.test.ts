import { commitment, evidence, merkle, notes, parseHeader } from '@watchbill/ledger'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestApp, type TestApp } from '../testing/app.ts'
import { refusalOf } from '../testing/entry-desk.ts'
import { createSampleLog, type SampleLog } from '../testing/log-samples.ts'

const sealed = 300
const encoder = new TextEncoder()
const canary = 'rm -rf /the/thing/somebody/typed'

/** Every third withheld, every second of the rest with content. */
const payloadOf = (seq: number) => {
  if (seq % 3 === 0) return null
  const payload = { session: 'ses_x', imported: false, tool: 'Bash', request: `git push ${seq}` }
  return seq % 2 === 0 ? { ...payload, content: canary } : payload
}

let world: TestApp
let log: SampleLog
let key: string
beforeAll(async () => {
  world = await createTestApp()
  log = await createSampleLog((sql, args) => world.database.raw(sql, args), { payloadOf })
  await log.append(sealed)
  await log.checkpoint()
  await log.append(5)
  key = await world.key(['audit:read', 'log:read'])
})
afterAll(() => world.close())

const bytesOf = (hash: string) => new Uint8Array(Buffer.from(hash, 'base64'))
const entryAt = async (seq: number, content?: 'true') =>
  world.call('getEntry', { params: { seq: String(seq) }, query: content ? { content } : {} }, key)
const headerOf = (text: string) => parseHeader(encoder.encode(text))
const recorded = async (type: string) =>
  (
    await world.database.raw(
      `SELECT seq FROM entries WHERE workspace_id = 'default' AND instr(CAST(header AS TEXT), ?) > 0`,
      [`"type":"${type}"`],
    )
  ).length

describe('one entry', () => {
  test('stands in the checkpoint by its path, byte for byte', async () => {
    for (const seq of [0, 1, 255, 256, sealed - 1]) {
      const { entry, path, checkpoint, size } = await entryAt(seq)
      expect(entry.header).toBe(log.headers[seq])
      expect([size, checkpoint?.size]).toEqual([sealed + 5 + 1, sealed])
      const [, , rootLine = ''] = (checkpoint?.note ?? '').split('\n')
      const leaf = merkle.leafHash(encoder.encode(entry.header))
      const hashes = (path ?? []).map(bytesOf)
      expect(merkle.checkInclusion(leaf, seq, sealed, hashes, bytesOf(rootLine)), String(seq)).toBe(true)
      expect(entry.owner).toBe('mch_sample')
    }
  })

  test('pending has no path; what the control plane did is there too', async () => {
    const pending = await entryAt(sealed + 2)
    expect([pending.path, pending.entry.header]).toEqual([null, log.headers[sealed + 2]])
    const own = await entryAt(sealed + 5)
    expect(own.entry).toMatchObject({ owner: 'control-plane', payload: 'shown' })
    expect(headerOf(own.entry.header)).toMatchObject({ type: 'key.created', agent: null })
    expect(commitment.checkDisclosure(headerOf(own.entry.header), own.entry.members ?? [])).toBe(true)
  })

  test('withheld says so, and shows nothing', async () => {
    const { entry } = await entryAt(3)
    expect(entry).toMatchObject({ payload: 'withheld', members: null, erasedBy: null })
  })

  test('what is not there is 404', async () => {
    expect((await refusalOf(entryAt(9999))).code).toBe('not_found')
    expect((await refusalOf(entryAt(Number.MAX_SAFE_INTEGER))).code).toBe('not_found')
    for (const seq of ['-1', '1e3', '0x1', '9007199254740992', '%20'])
      expect((await world.request(`/v1/audit/entries/${seq}`, bearer())).status, seq).toBe(400)
  })
})

const bearer = (token = key) => ({ headers: { authorization: `Bearer ${token}` } })

describe('the file of one entry', () => {
  const fileOf = async (seq: number, content?: 'true') => {
    const call = { params: { seq: String(seq) }, query: content ? { content } : {} }
    const response = await world.client(key).getEntryProof(call)
    return { response, text: await response.text() }
  }
  const readerOf = (pins: readonly string[]) => {
    const vkey = notes.parseVerifierKey(log.vkey)
    return { keys: vkey ? [vkey] : [], pins, witnesses: [] }
  }

  test('proves itself to who pinned the key, and shows what the API shows', async () => {
    const pin = notes.fingerprintOf(log.vkey)
    for (const seq of [0, 4, 256, sealed - 1]) {
      const { response, text } = await fileOf(seq)
      expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8')
      expect(response.headers.get('content-disposition')).toBe(
        `attachment; filename="default-${seq}.tlog-proof"`,
      )
      expect(response.headers.get('cache-control')).toBe('no-store')
      expect(text).not.toContain(canary)
      const { entry } = await entryAt(seq)
      const file = evidence.parseEntryFile(text)
      expect(new TextDecoder().decode(file?.header)).toBe(entry.header)
      expect(file?.members).toEqual(entry.members)
      expect(await evidence.verifyEntry(text, readerOf([pin]))).toMatchObject({
        consistent: 'yes',
        signed: { by: pin, pinned: 'yes' },
        freshAs: sealed,
      })
    }
  })

  test('tells content to who asks for it, on record', async () => {
    const before = await recorded('content.read')
    const { text } = await fileOf(4, 'true')
    expect(JSON.stringify(evidence.parseEntryFile(text)?.members)).toContain(canary)
    expect(await recorded('content.read')).toBe(before + 1)
    expect((await evidence.verifyEntry(text, readerOf([]))).consistent).toBe('yes')
  })

  test('waits for a checkpoint: pending is 409, what is not there 404', async () => {
    expect((await refusalOf(fileOf(sealed))).code).toBe('conflict')
    expect((await refusalOf(fileOf(9999))).code).toBe('not_found')
  })
})

describe('content', () => {
  test('stays hidden on a page and on an entry, and the rest still proves', async () => {
    const page = await world.call('listEntries', { query: { from: '0', limit: '200' } }, key)
    expect(JSON.stringify(page)).not.toContain(canary)
    const shown = page.entries.filter(({ payload }) => payload === 'shown')
    expect(shown.length).toBeGreaterThan(100)
    for (const { header, members } of shown) {
      expect(commitment.checkDisclosure(headerOf(header), members ?? [])).toBe(true)
      // JCS order: content comes first.
      const hidden = members?.map((member) => ('hash' in member ? 'hidden' : member.name)) ?? []
      expect(hidden.slice(-4)).toEqual(['imported', 'request', 'session', 'tool'])
      expect(hidden.slice(0, -4)).toEqual(headerOf(header).pseq % 2 === 0 ? ['hidden'] : [])
    }
    expect(JSON.stringify(await entryAt(4))).not.toContain(canary)
  })

  test('is shown to who asks, and that they asked is an entry', async () => {
    const before = await recorded('content.read')
    const { entry, size } = await entryAt(4, 'true')
    expect(entry.members?.[0]).toMatchObject({ name: 'content', value: canary })
    expect(commitment.checkDisclosure(headerOf(entry.header), entry.members ?? [])).toBe(true)
    expect(await recorded('content.read')).toBe(before + 1)
    const { entry: about } = await entryAt(size - 1)
    expect(headerOf(about.header).type).toBe('content.read')
    expect(about.members).toContainEqual(expect.objectContaining({ name: 'seq', value: 4 }))
  })

  test('asking where there is none is not', async () => {
    const before = await recorded('content.read')
    for (const seq of [3, 5]) await entryAt(seq, 'true')
    expect(await recorded('content.read')).toBe(before)
  })

  test('a value of the flag that is none is refused', async () => {
    expect((await world.request('/v1/audit/entries/4?content=1', bearer())).status).toBe(400)
  })
})

describe('what was erased or tampered with', () => {
  test('erased names the entry about it, even while the payload still lies about', async () => {
    await world.database.raw("INSERT INTO erasures VALUES ('default', 7, 299, 1)")
    const { entry } = await entryAt(7, 'true')
    expect(entry).toMatchObject({ payload: 'erased', members: null, erasedBy: 299, header: log.headers[7] })
  })

  test.each([
    ['no JSON', '{"a":'],
    ['no object', '[1]'],
    ['another value', '{"imported":false,"request":"git pull","session":"ses_x","tool":"Bash"}'],
    ['a lone surrogate', '{"tool":"\\ud800"}'],
    ['33 members', JSON.stringify(Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`m${i}`, i])))],
  ])('a payload that was changed (%s) is shown as it stands and holds for nobody', async (_what, text) => {
    await world.database.raw('DROP TRIGGER IF EXISTS payloads_no_update')
    await world.database.raw('UPDATE payloads SET payload = CAST(? AS TEXT) WHERE seq = 11', [
      encoder.encode(text),
    ])
    const { entry } = await entryAt(11)
    expect(entry.payload).toBe('shown')
    expect(commitment.checkDisclosure(headerOf(entry.header), entry.members ?? [])).toBe(false)
  })

  test.each(['ff', 'c328', 'eda080', 'efbbbf'])(
    'bytes that are no text (%s) are served, and refused by who checks',
    async (hex) => {
      const app = await createTestApp()
      const broken = await createSampleLog((sql, args) => app.database.raw(sql, args), { payloadOf })
      await broken.append(8)
      await broken.checkpoint()
      const token = await app.key(['audit:read'])
      await app.database.raw('DROP TRIGGER entries_no_update')
      await app.database.raw('DROP TRIGGER payloads_no_update')
      await app.database.raw(`UPDATE entries SET header = CAST(x'${hex}' || header AS BLOB) WHERE seq = 5`)
      await app.database.raw(
        `UPDATE payloads SET payload = CAST(x'${hex}' || CAST(payload AS BLOB) AS TEXT) WHERE seq = 5`,
      )
      const page = await app.call('listEntries', {}, token)
      const changed = page.entries.find(({ seq }) => seq === 5)
      expect(
        merkle.sameHash(
          merkle.leafHash(encoder.encode(changed?.header)),
          broken.leaves[5] ?? new Uint8Array(),
        ),
      ).toBe(false)
      await app.close()
    },
  )
})

describe('proofs of the log itself', () => {
  const range = (from: number, to: number, size?: number) =>
    world.call(
      'getRangeProof',
      {
        query: { from: String(from), to: String(to), ...(size === undefined ? {} : { size: String(size) }) },
      },
      key,
    )
  const consistency = (from: number, to?: number) =>
    world.call(
      'getConsistency',
      { query: { from: String(from), ...(to === undefined ? {} : { to: String(to) }) } },
      key,
    )

  test('a range, against the checkpoint unless said', async () => {
    const { size, hashes } = await range(10, 20)
    expect(size).toBe(sealed)
    expect((await range(10, 20, 20)).size).toBe(20)
    expect(hashes.length).toBeLessThan(20)
  })

  test('consistency, to the checkpoint unless said', async () => {
    expect(await consistency(0)).toEqual({ from: 0, to: sealed, hashes: [] })
    expect(await consistency(sealed)).toEqual({ from: sealed, to: sealed, hashes: [] })
    expect((await consistency(100, 200)).hashes.length).toBeGreaterThan(0)
  })

  test('what makes no sense is 400, what the log has not come to is 409', async () => {
    const codesOf = (calls: readonly Promise<unknown>[]) =>
      Promise.all(calls.map(async (call) => (await refusalOf(call)).code))
    const senseless = [range(3, 3), range(4, 3), range(3, 9, 8), consistency(9, 8)]
    expect(new Set(await codesOf(senseless))).toEqual(new Set(['invalid_request']))
    const tooFar = [range(3, sealed + 1), range(3, 9, 99_999), consistency(99_999), consistency(3, 99_999)]
    expect(new Set(await codesOf(tooFar))).toEqual(new Set(['conflict']))
  })

  test('before the first checkpoint there is nothing to prove against', async () => {
    const token = await world.key(['log:read', 'audit:read'], 'demo')
    const call = world.client(token)
    expect((await refusalOf(call.getConsistency({ query: { from: '0' } }))).code).toBe('conflict')
    expect((await refusalOf(call.getRangeProof({ query: { from: '0', to: '1' } }))).code).toBe('conflict')
    expect(
      (await refusalOf(call.getEntryProof({ params: { seq: '0' } }).then((answer) => answer.text()))).code,
    ).toBe('conflict')
    expect(await call.getLog()).toMatchObject({ workspace: 'demo', checkpoint: null, published: false })
  })

  test('the log says what it is', async () => {
    await world.database.raw(
      `INSERT INTO cosignatures VALUES ('default', 0, ?, 'b', '— b BBBB' || char(10), 1), ('default', 0, ?, 'a', '— a AAAA', 1)`,
      [BigInt(sealed), BigInt(sealed)],
    )
    const said = await world.call('getLog', {}, key)
    expect(said).toMatchObject({ workspace: 'default', epoch: 0, checkpoint: { size: sealed } })
    expect(said.checkpoint?.note.split('\n').slice(-4)).toEqual([
      expect.stringMatching(/^— watchbill\.example\.com/),
      '— a AAAA',
      '— b BBBB',
      '',
    ])
  })
})
