import { gzipSync } from 'node:zlib'
import { expect, test } from './fixtures.ts'
import { aSession, aSnapshot } from './reports.ts'

test('the fleet page loads at most 200 kB of script, gzipped; what checks the log comes after it', async ({
  client,
  signedIn: page,
}) => {
  await client.postSnapshots({ body: { snapshots: [aSnapshot({ sessions: [aSession()] })] } })
  await page.reload({ waitUntil: 'load' })
  await expect(page.getByRole('row').first()).toBeVisible()
  await expect(page.locator('[data-seal=proven]')).toBeVisible()
  const scripts = await page.evaluate(async () => {
    const [visit] = performance.getEntriesByType('navigation')
    const loaded = visit instanceof PerformanceNavigationTiming ? visit.loadEventStart : 0
    const polyfills = [...document.querySelectorAll<HTMLScriptElement>('script[nomodule]')].map(
      ({ src }) => src,
    )
    const seen = performance
      .getEntriesByType('resource')
      .filter(({ name }) => new URL(name).pathname.endsWith('.js') && !polyfills.includes(name))
    return Promise.all(
      seen.map(async ({ name, startTime }) => ({
        text: await (await fetch(name)).text(),
        after: startTime >= loaded,
      })),
    )
  })
  const sum = (after: boolean) =>
    scripts
      .filter((script) => script.after === after)
      .reduce((total, { text }) => total + gzipSync(text).length, 0)
  console.log(
    `fleet page: ${(sum(false) / 1000).toFixed(1)} kB of script gzipped, and ${(sum(true) / 1000).toFixed(1)} kB after it loaded (${scripts.length} files)`,
  )
  expect(sum(false)).toBeGreaterThan(100_000)
  expect(sum(false)).toBeLessThanOrEqual(200_000)
  expect(sum(true)).toBeLessThanOrEqual(30_000)
})
