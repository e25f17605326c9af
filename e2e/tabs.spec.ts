import { expect, test } from './fixtures.ts'
import { anId, aSnapshot, at } from './reports.ts'

test('eight tabs of one browser stay live, and outlive the one that holds the stream', async ({
  client,
  signedIn,
  context,
  plane,
}) => {
  const snapshot = aSnapshot({ name: 'shared', liveness: 'stopped' })
  await client.postSnapshots({ body: { snapshots: [snapshot] } })
  const tabs = [signedIn, ...(await Promise.all(Array.from({ length: 7 }, () => context.newPage())))]
  for (const tab of tabs) await tab.goto(`${plane.url}/`)
  const say = (liveness: 'running' | 'stopped' | 'unreadable') =>
    client.postSnapshots({
      body: { snapshots: [{ ...snapshot, id: anId('snp'), observedAt: at(0), liveness }] },
    })
  const all = async (open: typeof tabs, word: string) => {
    for (const tab of open)
      await expect(tab.getByRole('row').filter({ hasText: 'shared' }).first()).toContainText(word)
  }
  await all(tabs, 'stopped')
  await say('unreadable')
  await all(tabs, 'unreadable')
  await tabs[0]?.close()
  await say('stopped')
  await all(tabs.slice(1), 'stopped')
})
