import { Fault } from '@watchbill/contract/fault'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTestApp, type TestApp } from '../testing/app.ts'
import { viewsMost } from './store.ts'

let house: TestApp
let key: string
beforeEach(async () => {
  house = await createTestApp()
  key = await house.key(['audit:read', 'audit:share'])
})
afterEach(() => house.close())

const client = (token = key) => house.client(token)
const save = (name: string, q = 'decision:deny', token = key) => client(token).postView({ body: { name, q } })
const refusal = async (work: Promise<unknown>): Promise<Fault> => {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  )
  if (error instanceof Fault) return error
  throw new Error(`no Fault but ${String(error)}`)
}
const events = async (workspace = 'default') =>
  (
    await house.database.raw(
      `SELECT CAST(e.header AS TEXT) AS header, y.payload FROM entries e JOIN payloads y
        ON y.workspace_id = e.workspace_id AND y.seq = e.seq WHERE e.workspace_id = ? ORDER BY e.seq`,
      [workspace],
    )
  )
    .map(({ header, payload }) => ({
      type: JSON.parse(String(header)).type,
      view: JSON.parse(String(payload)).view,
    }))
    .filter(({ type }) => String(type).startsWith('view.'))

test('a view is saved, listed by name, changed and removed, and each of these is an entry', async () => {
  const { view } = await save('b', 'decision:deny tool:Bash')
  house.clock.now += 5000
  await save('A')
  expect((await client().listViews()).views.map(({ name }) => name)).toEqual(['A', 'b'])
  const changed = await client().putView({ params: { id: view.id }, body: { name: 'B', q: 'tool:Read' } })
  expect(changed.view).toMatchObject({ id: view.id, name: 'B', q: 'tool:Read', ignored: [] })
  expect(changed.view.createdAt).toBe(view.createdAt)
  expect(changed.view.updatedAt > view.updatedAt).toBe(true)
  await client().removeView({ params: { id: view.id } })
  expect((await client().listViews()).views.map(({ name }) => name)).toEqual(['A'])
  const all = await events()
  expect(all.map(({ type }) => type)).toEqual(['view.saved', 'view.saved', 'view.saved', 'view.removed'])
  expect([all[0]?.view, all[2]?.view, all[3]?.view]).toEqual([view.id, view.id, view.id])
})

test('a name stands once, also when two save it at the same time, and a refusal records nothing', async () => {
  const both = await Promise.allSettled([save('same'), save('same')])
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  expect(await refusal(save('same'))).toMatchObject({ code: 'conflict', errors: [{ pointer: '/name' }] })
  const { view } = await save('other')
  const onto = client().putView({ params: { id: view.id }, body: { name: 'same', q: '' } })
  expect((await refusal(onto)).code).toBe('conflict')
  // Its own name is no other one's.
  await client().putView({ params: { id: view.id }, body: { name: 'other', q: 'tool:Bash' } })
  expect(await events()).toHaveLength(3)
})

test('two hundred are kept and no more', async () => {
  await house.database.raw(
    `INSERT INTO views SELECT 'default', 'viw_' || value, 'view ' || value, '', 0, 0
      FROM (WITH RECURSIVE n (value) AS (VALUES (1) UNION ALL SELECT value + 1 FROM n WHERE value < ?) SELECT * FROM n)`,
    [viewsMost - 1],
  )
  await save('the last')
  expect(await refusal(save('one too many'))).toMatchObject({ code: 'conflict', message: /200/ })
  await save('elsewhere', '', await house.key(['audit:share'], 'other'))
})

test.each([
  ['decision:denid', '/q:9-14'],
  ['tool:Bash (', '/q:10-11'],
  ['colour:red', '/q:0-6'],
])('a query that does not read is refused at its place: %s', async (q, pointer) => {
  const fault = await refusal(save('x', q))
  expect(fault).toMatchObject({ code: 'invalid_request', errors: [{ pointer }] })
  const { view } = await save('good')
  const changed = client().putView({ params: { id: view.id }, body: { name: 'good', q } })
  expect(await refusal(changed)).toMatchObject({ code: 'invalid_request', errors: [{ pointer }] })
})

test('what an older or a newer version saved is listed, with what is not known any more', async () => {
  const plant = (id: string, name: string, q: string) =>
    house.database.raw('INSERT INTO views VALUES (?, ?, ?, ?, 0, 0)', ['default', id, name, q])
  await plant('viw_01a1f848-b543-7e91-9e5e-989cb75f9d5f', 'field', 'tool:Bash colour:red decision:deny')
  await plant('viw_01a1f848-b543-7e91-9e5e-989cb75f9d60', 'broken', 'tool:Bash ((')
  const [broken, field] = (await client().listViews()).views
  expect(field).toMatchObject({
    q: 'tool:Bash colour:red decision:deny',
    ignored: [{ from: 10, to: 20, detail: expect.stringContaining('colour') }],
  })
  expect(broken).toMatchObject({ q: 'tool:Bash ((', ignored: [{ from: 0, to: 12 }] })
  // It can still be mended and removed.
  const id = broken?.id ?? ''
  const mended = await client().putView({ params: { id }, body: { name: 'broken', q: 'tool:Bash' } })
  expect(mended.view.ignored).toEqual([])
  await client().removeView({ params: { id: field?.id ?? '' } })
})

test('one workspace knows nothing of another, and reading is not saving', async () => {
  const { view } = await save('mine')
  const theirs = await house.key(['audit:read', 'audit:share'], 'other')
  expect((await client(theirs).listViews()).views).toEqual([])
  const { id } = view
  expect((await refusal(client(theirs).removeView({ params: { id } }))).code).toBe('not_found')
  const change = client(theirs).putView({ params: { id }, body: { name: 'theirs', q: '' } })
  expect((await refusal(change)).code).toBe('not_found')
  await save('mine', '', theirs)
  const reader = await house.key(['audit:read'])
  expect((await client(reader).listViews()).views).toHaveLength(1)
  expect((await refusal(save('no', '', reader))).code).toBe('forbidden')
  expect((await refusal(client(reader).removeView({ params: { id } }))).code).toBe('forbidden')
  expect((await refusal(client(await house.key(['audit:share'])).listViews())).code).toBe('forbidden')
  await client().removeView({ params: { id } })
  expect((await refusal(client().removeView({ params: { id } }))).code).toBe('not_found')
})
