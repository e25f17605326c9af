import { aCall, lead, row } from './audit-page.ts'
import { Producer } from './entries.ts'
import { expect, test } from './fixtures.ts'

test('what comes is put above the list, and waits while the reader is elsewhere or has paused it', async ({
  client,
  plane,
  signedIn: page,
}) => {
  const producer = new Producer()
  const read = Array.from({ length: 60 }, (_, index) => aCall('Read', `${index}.ts`))
  await producer.send(client, read)
  await page.goto(`${plane.url}/audit?q=tool:Read`)
  await expect(lead(page)).toHaveText(/^60 of /)
  await page.getByRole('button', { name: 'Live' }).click()
  await expect(page.getByText('following')).toBeVisible()
  const [, came = 0] = await producer.send(client, [aCall('Bash', 'ls'), aCall('Read', 'new.ts')])
  await expect(row(page, came)).toContainText('new.ts')
  await expect(row(page, came)).toContainText('proven')
  await expect(lead(page)).toHaveText(/^61 of /)

  await page.getByRole('button', { name: 'Pause' }).click()
  const [held = 0] = await producer.send(client, [aCall('Read', 'held.ts')])
  const news = page.getByRole('button', { name: 'new: show' })
  await expect(news).toHaveText('1 new: show')
  await expect(row(page, held)).toHaveCount(0)
  await page.getByRole('button', { name: 'Go on' }).click()
  await page.evaluate(() => window.scrollTo(0, 1200))
  const [away = 0] = await producer.send(client, [aCall('Read', 'away.ts')])
  await expect(news).toHaveText('2 new: show')
  expect(await page.evaluate(() => window.scrollY)).toBe(1200)
  await news.click()
  await expect(row(page, held)).toContainText('held.ts')
  await expect(row(page, away)).toContainText('away.ts')
  await expect(page.getByRole('status').filter({ hasText: /new entr/ })).toHaveText(/^\d new entr/)
})
