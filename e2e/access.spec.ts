import AxeBuilder from '@axe-core/playwright'
import { expect, signIn, test } from './fixtures.ts'
import { aSession, aSnapshot } from './reports.ts'

test('a sign-in link works once', async ({ browser, plane }) => {
  const link = await plane.admin('sign-in')
  const first = await (await browser.newContext()).newPage()
  await first.goto(link)
  await first.waitForURL((url) => url.pathname === '/')
  expect(first.url()).not.toContain('#')
  const second = await (await browser.newContext()).newPage()
  await second.goto(link)
  await expect(second.getByRole('main')).toContainText('npx watchbill sign-in')
  expect(new URL(second.url()).pathname).toBe('/sign-in')
})

test('without a session every page of the fleet leads to sign-in', async ({ page, plane }) => {
  for (const path of [
    '/',
    '/sessions',
    '/audit',
    '/settings',
    '/agents/agt_01a1f848-b543-7e91-9e5e-989cb75f9d5f',
  ]) {
    await page.goto(plane.url + path)
    await expect(page).toHaveURL(/\/sign-in/)
  }
})

for (const colorScheme of ['light', 'dark'] as const) {
  test(`no page violates WCAG in ${colorScheme}, and none breaks its own content security policy`, async ({
    page,
    plane,
    client,
  }) => {
    await page.emulateMedia({ colorScheme })
    const complaints: string[] = []
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(error.message))
    await page.goto(`${plane.url}/sign-in`)
    await check(page, '/sign-in')
    await signIn(page, plane)
    await check(page, '/ when empty')
    const snapshots = [
      aSnapshot({ sessions: [aSession()] }),
      aSnapshot({ name: 'broken', liveness: 'unreadable' }),
    ]
    await client.postSnapshots({ body: { snapshots } })
    const agent = snapshots[0]?.agent.id
    for (const path of [
      '/',
      `/agents/${agent}`,
      '/sessions',
      '/audit',
      '/settings',
      '/health',
      '/readiness',
      '/reference',
    ]) {
      await page.goto(plane.url + path)
      await check(page, path)
    }
    // The sign-in page asks who it is before there is an answer.
    expect(complaints.filter((text) => !text.includes('401'))).toEqual([])
  })
}

const check = async (page: import('@playwright/test').Page, name: string) => {
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  const { violations } = await new AxeBuilder({ page }).analyze()
  expect(
    violations.map(({ id, nodes }) => `${name}: ${id}: ${nodes.map((node) => node.html).join(' | ')}`),
  ).toEqual([])
}
