import { type Documents, type NodeStatus, nodeFormats, toNodeSnapshot } from '@watchbill/runtimes'
import { expect, test } from './fixtures.ts'
import { anId, type SnapshotInput } from './reports.ts'

const document = (value: unknown, httpStatus: number | null = null) => ({
  kind: 'document' as const,
  bytes: new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value)),
  httpStatus,
})

const kato = (heartbeatAt: string) => ({
  schemaVersion: 1,
  generatedAt: heartbeatAt,
  heartbeatAt,
  daemonRunning: true,
  providers: [],
  recordings: { activeRecordings: 0, destinations: 0 },
  sessions: [{ provider: 'claude', sessionId: 's1', snippet: 'canary: what a person wrote', stale: false }],
  memory: { process: { rss: 83_886_080 }, snapshots: { overBudget: false } },
})

const skreaver = {
  status: { Degraded: { reason: 'security: HTTP access is disabled' } },
  components: {
    http_runtime: { name: 'http_runtime', status: 'Healthy' },
    security: { name: 'security', status: { Degraded: { reason: 'HTTP access is disabled' } } },
  },
  timestamp: '2026-03-02T09:00:00Z',
  uptime_seconds: 7200,
}

const waffle = {
  state: 'coding',
  mode: 'strict',
  previous_state: 'test_writing',
  consecutive_failures: 1,
  test_files: ['canary/cart.test.ts'],
  last_test_passed: false,
}

/** What a daemon would send of these documents, on a machine of the runtime's own. */
const snapshotOf = (runtime: string, documents: Documents, machine: SnapshotInput['machine']) => {
  const format = nodeFormats.find((one) => one.runtime === runtime)
  if (format === undefined) throw new Error(`there is no runtime ${runtime}`)
  const nowMs = Date.now()
  const status: NodeStatus = format.parseStatus(documents, { nowMs, lastGoodMs: null })
  const ids = {
    snapshotId: anId('snp'),
    machine,
    agentId: anId('agt'),
    name: format.name,
    owner: null,
    nowMs,
  }
  return toNodeSnapshot(status, ids)
}

test('four runtimes on one fleet page: one stale, one unreadable; what each says is on its own page', async ({
  client,
  signedIn: page,
}) => {
  const machine = { id: anId('mch'), name: 'atlas' }
  const old = new Date(Date.now() - 120_000).toISOString()
  const snapshots = [
    snapshotOf('kato', { 'status.json': document(kato(old)) }, machine),
    snapshotOf(
      'vak',
      { '/live': document('<html>502</html>', 502), '/health': document('<html>', 502) },
      machine,
    ),
    snapshotOf(
      'skreaver',
      {
        '/health': document(
          {
            status: 'healthy',
            service: 's',
            timestamp: 't',
            version: '0.6.0',
            uptime_seconds: 7200,
            memory_mb: 96.5,
          },
          200,
        ),
        '/ready': document(skreaver, 503),
      },
      machine,
    ),
    snapshotOf(
      'fluffy-waffle',
      {
        'test.ping': document({ id: '1', type: 'response', result: { pong: true } }),
        'session.get': document({ id: '2', type: 'response', result: waffle }),
      },
      machine,
    ),
  ]
  expect(JSON.stringify(snapshots)).not.toContain('canary')
  await client.postSnapshots({ body: { snapshots } })
  await page.reload()

  const row = (name: string) => page.getByRole('row').filter({ hasText: name }).first()
  await expect(row('Kato')).toContainText('stale')
  await expect(row('VAK')).toContainText('unreadable')
  await expect(row('Skreaver')).toContainText('idle')
  await expect(row('Fluffy Waffle')).toContainText('working')

  const open = async (index: number) =>
    page.goto(new URL(`/agents/${snapshots[index]?.agent.id}`, page.url()).href)
  await open(0)
  await expect(page.getByText(/^Silent: no heartbeat since 20\d\d-/)).toBeVisible()
  await page.getByText('Show the document').click()
  const native = page.getByRole('region', { name: 'Native document' })
  await expect(native).toContainText('"heartbeatAt"')
  await expect(native).toContainText('"snippet": "(kept on the machine)"')

  await open(1)
  await expect(
    page.getByText('/live line 1, column 1: is HTML or XML, not JSON (HTTP 502)').first(),
  ).toBeVisible()
  await expect(page.getByText('Show the document')).toHaveCount(0)

  await open(2)
  const components = page.getByRole('region', { name: 'Components' })
  await expect(components.getByRole('listitem').filter({ hasText: 'security' })).toContainText(
    'HTTP access is disabled',
  )

  await open(3)
  const machineState = page.getByRole('region', { name: 'State machine' })
  await expect(machineState.getByRole('listitem')).toHaveCount(7)
  await expect(machineState.locator('[aria-current="step"]')).toContainText('coding')
})

test('a native document is text: nothing in it runs, hidden characters are shown', async ({
  client,
  signedIn: page,
}) => {
  const documents = {
    '/health': document(
      {
        status: 'degraded',
        components: {
          '<img src=x onerror=alert(1)>': {
            status: 'degraded',
            message: 'a\u202Eb<script>alert(1)</script>',
          },
        },
        uptime_seconds: 1,
        version: '1',
      },
      200,
    ),
  }
  const snapshot = snapshotOf('vak', documents, { id: anId('mch'), name: 'atlas' })
  const dialogs: string[] = []
  page.on('dialog', (dialog) => {
    dialogs.push(dialog.message())
    void dialog.dismiss()
  })
  await client.postSnapshots({ body: { snapshots: [snapshot] } })
  await page.goto(new URL(`/agents/${snapshot.agent.id}`, page.url()).href)
  await expect(page.getByRole('region', { name: 'Components' })).toContainText(
    'aU+202Eb<script>alert(1)</script>',
  )
  await page.getByText('Show the document').click()
  await expect(page.getByRole('region', { name: 'Native document' })).toContainText('"status": "degraded"')
  await expect(page.locator('img[src="x"]')).toHaveCount(0)
  expect(await page.locator('body').innerText()).not.toContain('\u202E')
  expect(dialogs).toEqual([])
})
