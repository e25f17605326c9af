import { test as base, expect, type Page } from '@playwright/test'
import { type Client, createClient } from '@watchbill/contract/client'
import { type ControlPlane, type Dashboard, startControlPlane, startDashboard } from './stack.ts'

interface WorkerFixtures {
  dashboard: Dashboard
}
interface TestFixtures {
  /** A control plane with an empty database of its own. */
  plane: ControlPlane
  /** The typed client with every scope a person may grant. */
  client: Client
  /** A page whose browser is signed in. */
  signedIn: Page
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  dashboard: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixture's needs from this pattern.
    async ({}, use) => {
      const dashboard = await startDashboard()
      await use(dashboard)
      await dashboard.stop()
    },
    { scope: 'worker' },
  ],
  plane: async ({ dashboard }, use) => {
    const plane = await startControlPlane(dashboard)
    await use(plane)
    await plane.stop()
  },
  client: async ({ plane }, use) => {
    const token = await plane.admin(
      'key',
      'create',
      '--scope',
      'fleet:read,snapshot:write,entry:write,log:read,audit:read,key:read,key:write,probe:read',
    )
    await use(createClient({ baseUrl: plane.apiUrl, token }))
  },
  signedIn: async ({ page, plane }, use) => {
    await signIn(page, plane)
    await use(page)
  },
})

/** Opens a fresh one-time link, as a person would. */
export const signIn = async (page: Page, plane: ControlPlane): Promise<void> => {
  await page.goto(await plane.admin('sign-in'))
  await page.waitForURL((url) => url.pathname === '/')
}

export { expect }
