import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import type { Client } from '@watchbill/contract/client'
import { expect } from './fixtures.ts'
import { anId } from './reports.ts'

// The audit page as a person finds their way on it.

export const lead = (page: Page) => page.getByRole('heading', { level: 1 })
export const rows = (page: Page) => page.locator('[role=row][data-seq]')
export const row = (page: Page, seq: number) => page.locator(`[role=row][data-seq="${seq}"]`)
export const bar = (page: Page) => page.getByRole('combobox', { name: 'Query' })
export const chips = (page: Page) => page.getByRole('list', { name: 'Terms of the query' })
export const facet = (page: Page, field: string) => page.getByRole('group', { name: field, exact: true })
export const panel = (page: Page) => page.getByRole('complementary', { name: 'Entry' })
export const chart = (page: Page) => page.getByRole('slider', { name: /Entries over time/ })
export const problem = (page: Page) => page.getByRole('search').getByRole('alert')
export const asked = (page: Page) => new URL(page.url()).searchParams.get('q')

/** Until a checkpoint covers all there is. */
export const untilSealed = async (client: Client): Promise<number> => {
  let size = 0
  await expect
    .poll(async () => {
      const log = await client.getLog()
      size = log.size
      return log.checkpoint?.size === log.size
    })
    .toBe(true)
  return size
}

export const aCall = (tool: string, request: string, session = anId('ses')) => ({
  type: 'tool.called',
  payload: { session, imported: false, tool, request },
})

export const noViolation = async (page: Page) => {
  const { violations } = await new AxeBuilder({ page }).analyze()
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`)).toEqual(
    [],
  )
}

/** How far what stood on the page was moved while nobody touched it (CLS). */
export const layoutShift = (page: Page): Promise<number> =>
  page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        new PerformanceObserver((list) => {
          const values = list.getEntries().map((entry) => ('value' in entry ? Number(entry.value) : 0))
          resolve(values.reduce((sum, value) => sum + value, 0))
        }).observe({ type: 'layout-shift', buffered: true })
        setTimeout(() => resolve(0), 500)
      }),
  )
