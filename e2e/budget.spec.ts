import { gzipSync } from 'node:zlib'
import { expect, test } from './fixtures.ts'
import { aSession, aSnapshot } from './reports.ts'

test('the fleet page loads at most 200 kB of script, gzipped', async ({ client, signedIn: page }) => {
  await client.postSnapshots({ body: { snapshots: [aSnapshot({ sessions: [aSession()] })] } })
  const noModule = new Set<string>()
  const sizes = new Map<string, number>()
  const bodies: Promise<unknown>[] = []
  page.on('response', (response) => {
    if (response.request().resourceType() !== 'script') return
    bodies.push(response.body().then((body) => sizes.set(response.url(), gzipSync(body).length)))
  })
  await page.reload({ waitUntil: 'load' })
  await expect(page.getByRole('row').first()).toBeVisible()
  await Promise.all(bodies)
  for (const url of await page
    .locator('script[nomodule]')
    .evaluateAll((all) => all.map((one) => (one as HTMLScriptElement).src)))
    noModule.add(url)
  const total = [...sizes].filter(([url]) => !noModule.has(url)).reduce((sum, [, size]) => sum + size, 0)
  console.log(`fleet page: ${(total / 1000).toFixed(1)} kB of script gzipped in ${sizes.size} files`)
  expect(total).toBeGreaterThan(0)
  expect(total).toBeLessThanOrEqual(200_000)
})
