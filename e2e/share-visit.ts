import AxeBuilder from '@axe-core/playwright'
import type { BrowserContextOptions, Locator, Page, Response } from '@playwright/test'
import { type Client, createClient } from '@watchbill/contract/client'
import { untilSealed } from './audit-page.ts'
import { aRefusal, Producer } from './entries.ts'
import { test as base, expect } from './fixtures.ts'

/** Somebody else, whose browser knows nothing of this installation. */
type Stranger = (options?: BrowserContextOptions) => Promise<Page>

interface ShareFixtures {
  /** A client that may make links. */
  sharer: Client
  stranger: Stranger
}

export const test = base.extend<ShareFixtures>({
  sharer: async ({ plane }, use) => {
    const scope = 'audit:share,audit:read,log:read,entry:write'
    const token = await plane.admin('key', 'create', '--scope', scope)
    await use(createClient({ baseUrl: plane.apiUrl, token }))
  },
  stranger: async ({ browser }, use) => {
    const pages: Page[] = []
    await use(async (options = {}) => {
      const context = await browser.newContext({ timezoneId: 'UTC', locale: 'en-GB', ...options })
      const page = await context.newPage()
      pages.push(page)
      return page
    })
    for (const page of pages) await page.context().close()
  },
})

export { expect }

/** A page over two entries that nobody opened yet. */
export const shareTwo = async (client: Client, lifeMs = 3_600_000) => {
  const seqs = await new Producer().send(client, [aRefusal(), aRefusal()])
  await untilSealed(client)
  const expiresAt = new Date(Date.now() + lifeMs).toISOString()
  const scope = { kind: 'selection', seqs } as const
  const made = await client.postShare({ body: { title: 'Two entries', scope, redact: [], expiresAt } })
  return { ...made, seqs, token: /\/s\/([\w-]{43})#/.exec(made.url)?.[1] ?? '' }
}

/** What the document says of itself, and its first line. */
export const verdict = (page: Page) => page.getByRole('region', { name: 'Verdict' })
export const lead = (page: Page) => verdict(page).locator('.lead')

/** Opens it as a person does; answers with how the document came. */
export const open = async (page: Page, link: string): Promise<Response> => {
  await page.goto(link)
  const coming = page.waitForResponse((one) => new URL(one.url()).pathname.startsWith('/s/open/'))
  await page.getByRole('button', { name: 'Open' }).click()
  const response = await coming
  await page.waitForURL((url) => url.pathname.startsWith('/s/open/'))
  return response
}

/** Goes to a page of the dashboard and waits until it can be used: what the server drew alone hears no click. */
export const goTo = async (page: Page, address: string): Promise<void> => {
  await page.goto(address)
  await expect(page.locator('[data-seal=proven]')).toBeVisible()
}

/** Goes there as somebody without a mouse does. */
export const tabTo = async (page: Page, target: Locator): Promise<void> => {
  for (let presses = 0; presses < 80; presses += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return
    await page.keyboard.press('Tab')
  }
  await expect(target).toBeFocused()
}

/** No WCAG rule broken in `part` of the page, and nothing wider than the window. */
export const soundPage = async (page: Page, part = 'html') => {
  const { violations } = await new AxeBuilder({ page }).include(part).analyze()
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`)).toEqual(
    [],
  )
  const [inner, outer] = await page.evaluate(() => [
    document.documentElement.scrollWidth,
    document.documentElement.clientWidth,
  ])
  expect(inner).toBeLessThanOrEqual(outer ?? 0)
}
