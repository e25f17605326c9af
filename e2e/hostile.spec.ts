import type { Page } from '@playwright/test'
import { aRefusal, Producer } from './entries.ts'
import { expect, test } from './fixtures.ts'
import { hostileStrings, unseenIn, wellFormed } from './hostile-strings.ts'
import { anId, aSession, aSnapshot } from './reports.ts'

const strings = hostileStrings(1000)

/** Whatever would show that something ran, was asked for elsewhere, or was refused by the policy only at the last moment. */
const watch = async (page: Page) => {
  const met: string[] = []
  page.on('dialog', (dialog) => {
    met.push(`dialog ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('request', (request) => {
    const { hostname, protocol } = new URL(request.url())
    if (protocol.startsWith('http') && hostname !== 'watchbill.localhost')
      met.push(`request ${request.url()}`)
  })
  page.on('pageerror', (error) => met.push(`error ${error.message}`))
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ blockedURI, violatedDirective }) => {
      Object.assign(window, { __ran: `policy ${violatedDirective} ${blockedURI}` })
    })
  })
  return async (where: string) => {
    const ran = await page.evaluate(() => Reflect.get(window, '__ran') ?? null)
    expect(ran, where).toBeNull()
    expect(met, where).toEqual([])
    const text = await page.evaluate(() => document.body.innerText)
    expect(unseenIn(text), where).toBeNull()
    expect(
      await page.locator('img[src="x"], [onerror], [onload], base, iframe, object, embed').count(),
      where,
    ).toBe(0)
    const hrefs = await page
      .locator('a[href]')
      .evaluateAll((links) => links.map((link) => String(link.getAttribute('href'))))
    expect(
      hrefs.filter((href) => /^(javascript|data|file):|evil\.test/i.test(href)),
      where,
    ).toEqual([])
    return text
  }
}

/** Down to the end of a list of which only the rows in view are in the document. */
const scrollThrough = async (page: Page, each: () => Promise<unknown>) => {
  for (let round = 0; round < 200; round += 1) {
    await each()
    const before = await page.evaluate(() => window.scrollY)
    await page.evaluate(() => window.scrollBy(0, window.innerHeight * 0.9))
    await page.waitForTimeout(60)
    if ((await page.evaluate(() => window.scrollY)) === before && round > 3) return
  }
}

test(`${strings.length} hostile strings are shown in full in every view and export, and nothing of them runs`, async ({
  client,
  plane,
  signedIn: page,
  browser,
}) => {
  const name = (n: number) => strings[n % strings.length]?.slice(0, 100) || 'x'
  const snapshots = Array.from({ length: 40 }, (_, n) => {
    const snapshot = aSnapshot({
      name: name(n * 7),
      sessions: [aSession({ project: name(n * 7 + 1), branch: name(n * 7 + 2), model: name(n * 7 + 3) })],
    })
    return { ...snapshot, machine: { ...snapshot.machine, name: name(n * 7 + 4) } }
  })
  for (let at = 0; at < snapshots.length; at += 10)
    await client.postSnapshots({ body: { snapshots: snapshots.slice(at, at + 10) } })
  const producer = new Producer()
  const seqs = await producer.send(
    client,
    strings.map((text, n) =>
      aRefusal({
        agent: snapshots[n % 40]?.agent.id ?? anId('agt'),
        payload: {
          session: anId('ses'),
          imported: false,
          tool: wellFormed(text.slice(0, 110)) || 'x',
          request: text,
          by: 'rule',
        },
      }),
    ),
  )
  await expect
    .poll(async () => (await client.getLog()).checkpoint?.size ?? 0)
    .toBeGreaterThan(seqs.at(-1) ?? 0)
  const check = await watch(page)
  const seen: string[] = []

  await page.goto(`${plane.url}/audit?q=decision%3Adeny`)
  await expect(page.locator('[role=row][data-seq]').first()).toContainText('proven')
  await scrollThrough(page, async () => seen.push(await check('audit')))
  const rows = new Set(seen.join('\n').match(/Refused: /g))
  expect(rows.size).toBeGreaterThan(0)
  for (const seq of [seqs[3], seqs[40], seqs[300], seqs[700]]) {
    await page.goto(`${plane.url}/audit?seq=${seq}`)
    await expect(page.getByRole('complementary', { name: 'Entry' })).toContainText('tool.refused')
    await check(`entry ${seq}`)
  }
  for (const path of [
    '/',
    '/sessions',
    `/agents/${snapshots[0]?.agent.id}`,
    `/agents/${snapshots[9]?.agent.id}`,
    '/health',
    '/settings',
    '/audit/links',
  ]) {
    await page.goto(plane.url + path)
    await expect(page.getByRole('main')).toBeVisible()
    await expect(page.locator('[data-seal=proven]')).toBeVisible()
    await check(path)
  }
  for (const q of strings.filter((_, n) => n % 90 === 0)) {
    await page.goto(`${plane.url}/audit?q=${encodeURIComponent(q)}`)
    await expect(page.getByRole('main')).toBeVisible()
    await check(`query ${q}`)
  }

  // A link to all of them, read by somebody else.
  const share = await page.evaluate(async (seqsOf) => {
    const body = JSON.stringify({
      title: '<img src=x onerror=window.__ran=1>\u202e=1+1',
      scope: { kind: 'selection', seqs: seqsOf },
      redact: [],
    })
    const answer = await fetch('/v1/shares', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    })
    return answer.json()
  }, seqs)
  const outsider = await browser.newContext()
  const visitor = await outsider.newPage()
  const checkVisit = await watch(visitor)
  await visitor.goto(String(share.url))
  await checkVisit('cover')
  await visitor.getByRole('button', { name: 'Open' }).click()
  await expect(visitor.getByText('✓ proven').first()).toBeVisible()
  const told = await checkVisit('document')
  expect(told.match(/✕ CONTRADICTED/g)).toBeNull()
  await outsider.close()

  const csv = await page.evaluate(async () => (await fetch('/v1/audit/export?format=csv')).text())
  expect(unseenIn(csv.replaceAll('\r\n', ''))).toBeNull()
  const cells = csv.split(/[,\r\n]+/)
  expect(cells.filter((cell) => /^"?[\s"]*[=+@＝＋－＠]/u.test(cell))).toEqual([])
  const lines = (await page.evaluate(async () => (await fetch('/v1/audit/export?q=decision%3Adeny')).text()))
    .trim()
    .split('\n')
  const requests = lines
    .flatMap((line) => JSON.parse(line).entry?.members ?? [])
    .filter((member) => member.name === 'request')
  expect(requests.map(({ value }) => value)).toEqual(strings)
})
