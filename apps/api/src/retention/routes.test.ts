import { afterEach, expect, test } from 'vitest'
import { createTestApp, type TestApp } from '../testing/app.ts'

const secret = 'a-secret-of-the-scheduler'
let world: TestApp
const open = async (cronSecret: string | null) => {
  world = await createTestApp({ config: { cronSecret } })
}
const ask = (token: string) =>
  world.request('/v1/cron/retention', { headers: { authorization: `Bearer ${token}` } })
afterEach(() => world.close())

test('the scheduler prunes with CRON_SECRET; a second run finds nothing', async () => {
  await open(secret)
  const old = world.clock.now - 40 * 86_400_000
  await world.database.raw('INSERT INTO changes (workspace_id, seq, at, kind, ref) VALUES (?, 1, ?, ?, ?)', [
    'default',
    old,
    'agent',
    'agt_x',
  ])
  expect(await (await ask(secret)).json()).toEqual({ snapshots: 0, changes: 1, thinned: 0 })
  expect(await (await ask(secret)).json()).toEqual({ snapshots: 0, changes: 0, thinned: 0 })
})

test.each(['', 'a-secret-of-the-schedule', `${secret}x`, 'wb_default_key_x'])(
  '%j is not the scheduler',
  async (token) => {
    await open(secret)
    expect((await ask(token)).status).toBe(401)
  },
)

test('without a configured secret nobody is', async () => {
  await open(null)
  expect((await ask('null')).status).toBe(401)
})
