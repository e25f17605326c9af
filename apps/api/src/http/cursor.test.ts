import { Cursor } from '@watchbill/contract/values'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatCursor, readPage } from './cursor.ts'

const now = Date.UTC(2026, 10, 20)
const key = { n: -5, m: 0, t: 'ünïcode \u0001 😀', id: 'agt_1' }
const digestOf = async (query: Record<string, string>, workspace = 'default') =>
  (await readPage('listAgents', workspace, query, now)).digest

test('a cursor leads back to its place, for the same question', async () => {
  const position = { asOf: now - 10, seq: 7, key }
  const cursor = formatCursor(position, await digestOf({ q: 'a', sort: 'name' }))
  const page = await readPage('listAgents', 'default', { sort: 'name', q: 'a', cursor, limit: '5' }, now)
  expect(page).toMatchObject({ asOf: now - 10, limit: 5, after: position })
})

test('another question, workspace or listing, an old one and garbage are refused', async () => {
  const cursor = formatCursor({ asOf: now, seq: 7, key }, await digestOf({ q: 'a' }))
  const old = formatCursor({ asOf: now - 7_200_000, seq: 7, key }, await digestOf({ q: 'a' }))
  const refused = { code: 'invalid_cursor', errors: [{ pointer: 'query.cursor' }] }
  const read = (name: string, workspace: string, query: Record<string, string>) =>
    readPage(name, workspace, query, now)
  await expect(read('listAgents', 'default', { q: 'b', cursor })).rejects.toMatchObject(refused)
  await expect(read('listAgents', 'other', { q: 'a', cursor })).rejects.toMatchObject(refused)
  await expect(read('listSessions', 'default', { q: 'a', cursor })).rejects.toMatchObject(refused)
  await expect(read('listAgents', 'default', { q: 'a', cursor: old })).rejects.toMatchObject(refused)
})

test('whatever else passes for a cursor is refused as one, never an error of ours', async () => {
  await fc.assert(
    fc.asyncProperty(fc.stringMatching(/^[A-Za-z0-9_-]{1,60}$/), async (cursor) => {
      await expect(readPage('listAgents', 'default', { cursor }, now)).rejects.toMatchObject({
        code: 'invalid_cursor',
      })
    }),
    { numRuns: 200 },
  )
})

test('the longest cursor we can give out is one we accept', async () => {
  const t = `${'\u0001'.repeat(60)} ${'\u0001'.repeat(60)}`
  const id = 'agt_00000000-0000-8000-8000-000000000000'
  const longest = { n: -Number.MAX_SAFE_INTEGER, m: now, t, id }
  const cursor = formatCursor({ asOf: now, seq: Number.MAX_SAFE_INTEGER, key: longest }, await digestOf({}))
  expect(Cursor.safeParse(cursor).success).toBe(true)
})
