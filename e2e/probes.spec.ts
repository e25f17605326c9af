import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, signIn, test } from './fixtures.ts'

for (const path of ['/health', '/readiness']) {
  test(`${path} is complete without JavaScript`, async ({ browser, plane }) => {
    const context = await browser.newContext({ javaScriptEnabled: false })
    const page = await context.newPage()
    await page.goto(plane.url + path)
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    await expect(page.getByRole('main')).not.toContainText('migrations')
    await context.close()
  })
}

test('signed in, /readiness names each check with its reason, without JavaScript', async ({
  browser,
  plane,
  page,
}) => {
  await signIn(page, plane)
  const context = await browser.newContext({
    javaScriptEnabled: false,
    storageState: await page.context().storageState(),
  })
  const plain = await context.newPage()
  await plain.goto(`${plane.url}/readiness`)
  for (const check of ['database', 'migrations', 'journal', 'writes', 'sealing'])
    await expect(plain.getByRole('main')).toContainText(check)
  await context.close()
})

test('readiness says so when the database goes away, and when it is back', async ({ plane }) => {
  const ready = async () => (await fetch(`${plane.apiUrl}/readyz`)).status
  await expect.poll(ready).toBe(200)
  const file = join(plane.data, 'watchbill.db')
  await rename(file, `${file}.away`)
  await expect.poll(ready).toBe(503)
  expect((await fetch(`${plane.apiUrl}/livez`)).status).toBe(200)
  await rename(`${file}.away`, file)
  await expect.poll(ready).toBe(200)
})
