import { expect, test } from './fixtures.ts'
import { anId, aSession, aSnapshot, at } from './reports.ts'

const waiting = () =>
  aSession({
    state: 'waiting',
    project: 'acme/api',
    waiting: {
      kind: 'permission',
      detail: 'permission prompt',
      tool: 'Bash',
      request: 'git push',
      since: at(4 * 60_000),
    },
  })

test('the lead sentence and the attention rows say who needs a person', async ({
  client,
  signedIn: page,
}) => {
  await client.postSnapshots({
    body: {
      snapshots: [
        aSnapshot({ name: 'build-07', sessions: [waiting()] }),
        aSnapshot({
          name: 'broken',
          liveness: 'unreadable',
          livenessReason: 'status.json ends in the middle',
        }),
        aSnapshot({
          name: 'looper',
          sessions: [aSession({ repeats: { tool: 'Bash', request: 'npm test', count: 14 } })],
        }),
        aSnapshot({ name: 'calm', liveness: 'stopped' }),
      ],
    },
  })
  await page.reload()
  await expect(page.getByText(/1 agent waits for you, for [4-9] min/)).toBeVisible()
  const rows = page.getByRole('region', { name: 'Needs you' }).getByRole('listitem')
  await expect(rows).toHaveCount(3)
  await expect(rows.nth(0)).toContainText(/Waits for you [4-9] min: git push in acme\/api/)
  await expect(rows.nth(0)).toContainText('build-07 on host-of-build-07')
  await expect(rows.nth(1)).toContainText('Repeats npm test 14 times')
  await expect(rows.nth(2)).toContainText('Cannot be read')
  await expect(rows.nth(2)).toContainText('status.json ends in the middle')
  await expect(page).toHaveTitle(/^\(1\)/)
})

test('an unreadable agent is shown as unreadable, never as stopped', async ({ client, signedIn: page }) => {
  await client.postSnapshots({
    body: { snapshots: [aSnapshot({ name: 'broken', liveness: 'unreadable', livenessReason: 'not JSON' })] },
  })
  await page.reload()
  const row = page.getByRole('row').filter({ hasText: 'broken' })
  await expect(row).toContainText('unreadable')
  await expect(row).not.toContainText('stopped')
  await expect(page.getByRole('button', { name: 'host-of-broken: 1 unreadable' })).toBeVisible()
})

test('a filter is in the URL and survives a reload', async ({ client, signedIn: page }) => {
  await client.postSnapshots({
    body: {
      snapshots: [
        aSnapshot({ name: 'alpha', sessions: [waiting()] }),
        aSnapshot({ name: 'beta', liveness: 'stopped' }),
      ],
    },
  })
  await page.reload()
  const agents = page.getByRole('row').filter({ hasText: /alpha|beta/ })
  await expect(agents).toHaveCount(2)
  await page.getByRole('group', { name: 'States' }).getByRole('button', { name: 'stopped' }).click()
  await expect(agents).toHaveCount(1)
  await expect(page).toHaveURL(/state=stopped/)
  await page.reload()
  await expect(
    page.getByRole('group', { name: 'States' }).getByRole('button', { name: 'stopped' }),
  ).toHaveAttribute('aria-pressed', 'true')
  await expect(agents).toHaveCount(1)
  await expect(agents).toContainText('beta')
})

test('a change arrives without a reload', async ({ client, signedIn: page }) => {
  const snapshot = aSnapshot({ name: 'mover', liveness: 'stopped' })
  await client.postSnapshots({ body: { snapshots: [snapshot] } })
  await page.reload()
  const row = page.getByRole('row').filter({ hasText: 'mover' })
  await expect(row).toContainText('stopped')
  await page.evaluate(() => document.body.setAttribute('data-same-document', 'yes'))
  await client.postSnapshots({
    body: {
      snapshots: [
        { ...snapshot, id: anId('snp'), observedAt: at(0), liveness: 'running', sessions: [waiting()] },
      ],
    },
  })
  await expect(row).toContainText('waiting')
  await expect(page.getByText('1 agent waits for you')).toBeVisible()
  await expect(page.locator('body')).toHaveAttribute('data-same-document', 'yes')
})

test('a running agent turns stale by the clock alone', async ({ client, signedIn: page }) => {
  const snapshot = aSnapshot({ name: 'silent', ttlMs: 8000, sessions: [aSession()] })
  const row = page.getByRole('row').filter({ hasText: 'silent' }).first()
  // On a busy machine its eight seconds may be over before the page shows it: then it speaks once more.
  await expect(async () => {
    const spoken = { ...snapshot, id: anId('snp'), observedAt: at(0) }
    await client.postSnapshots({ body: { snapshots: [spoken] } })
    await expect(row).toContainText('working', { timeout: 8000 })
  }).toPass()
  await expect(row).toContainText('stale')
  await expect(page.getByRole('button', { name: 'host-of-silent: 1 stale' })).toBeVisible()
})

test('text of an agent is data: nothing runs, hidden characters are shown', async ({
  client,
  signedIn: page,
}) => {
  const hostile = '<img src=x onerror=alert(1)>\u202Egnp.exe'
  const dialogs: string[] = []
  page.on('dialog', (dialog) => {
    dialogs.push(dialog.message())
    void dialog.dismiss()
  })
  await client.postSnapshots({
    body: { snapshots: [aSnapshot({ name: hostile, sessions: [aSession({ project: hostile })] })] },
  })
  await page.reload()
  await expect(
    page.getByRole('row').filter({ hasText: '<img src=x onerror=alert(1)>' }).first(),
  ).toBeVisible()
  await expect(page.locator('img[src="x"]')).toHaveCount(0)
  expect(await page.locator('body').innerText()).not.toContain('\u202E')
  expect(dialogs).toEqual([])
})
