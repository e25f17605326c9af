import { cp, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { lead, panel, row, rows, untilSealed } from './audit-page.ts'
import { aRefusal, Producer } from './entries.ts'
import { expect, signIn, test } from './fixtures.ts'
import { anId, aSnapshot } from './reports.ts'
import type { ControlPlane } from './stack.ts'

const seal = (page: Page) => page.locator('[data-seal]')

test('entries are listed in words, and each is proven by the browser', async ({
  client,
  plane,
  signedIn: page,
}) => {
  const snapshot = aSnapshot({ name: 'build-07' })
  await client.postSnapshots({ body: { snapshots: [snapshot] } })
  const [refused = 0, withheld = 0] = await new Producer().send(client, [
    aRefusal({ agent: snapshot.agent.id }),
    aRefusal({ withheld: true }),
  ])
  const size = await untilSealed(client)
  await page.goto(`${plane.url}/audit`)
  await expect(row(page, refused)).toContainText('Refused: Bash git push, by a rule')
  await expect(row(page, refused)).toContainText('build-07')
  await expect(row(page, refused)).toContainText('deny')
  await expect(row(page, refused)).toContainText('proven')
  await expect(row(page, withheld)).toContainText('withheld')
  await expect(row(page, 0)).toContainText('Workspace created')
  await expect(rows(page)).toHaveCount(size)
  for (const one of await rows(page).all()) await expect(one).toContainText('proven')
  await expect(lead(page)).toHaveText(`All ${size} entries proven`)
  await expect(page.getByRole('main')).toContainText('pinned on first visit, not by you')
  await expect(seal(page)).toContainText(`${size} proven`)
  await page.goto(`${plane.url}/sessions`)
  await expect(seal(page)).toContainText(`${size} proven`)
})

test('an entry opens with what it says, its header, and its path to the root', async ({
  client,
  plane,
  signedIn: page,
}) => {
  const hostile = 'rm \u202Egnp.exe <img src=x onerror=alert(1)>'
  const payload = { session: anId('ses'), imported: false, tool: 'Bash', request: hostile, by: 'rule' }
  const [seq = 0] = await new Producer().send(client, [aRefusal({ payload })])
  await untilSealed(client)
  await page.goto(`${plane.url}/audit?seq=${seq}`)
  const proof = panel(page).getByRole('region', { name: 'Proof' })
  await expect(proof).toContainText(`Leaf ${seq}`)
  await expect(proof).toContainText('✓ the root of checkpoint')
  await expect(proof).toContainText('npx watchbill verify default-')
  await expect(panel(page).getByRole('region', { name: 'Header' })).toContainText('tool.refused')
  const says = panel(page).getByRole('region', { name: 'What it says' })
  await expect(says).toContainText('U+202E')
  expect(await page.locator('body').innerText()).not.toContain('\u202E')
  await expect(page.locator('img[src="x"]')).toHaveCount(0)
  const download = page.waitForEvent('download')
  await proof.getByRole('link', { name: /Download/ }).click()
  expect((await download).suggestedFilename()).toBe(`default-${seq}.tlog-proof`)
})

test('what no checkpoint covers is pending, and turns proven by itself', async ({
  client,
  plane,
  signedIn: page,
}) => {
  await untilSealed(client)
  const hold = await holdBack(page)
  await page.goto(`${plane.url}/audit`)
  await expect(row(page, 0)).toContainText('proven')
  await hold(true)
  const [seq = 0] = await new Producer().send(client, [aRefusal()])
  const size = await untilSealed(client)
  await page.getByRole('button', { name: 'new: show' }).click()
  await expect(row(page, seq)).toContainText('pending')
  await expect(row(page, 0)).toContainText('proven')
  await hold(false)
  await expect(row(page, seq)).toContainText('proven')
  await expect(lead(page)).toHaveText(`All ${size} entries proven`)
})

/** While held, the browser is shown the checkpoint it saw first, and everything else as it is. */
const holdBack = async (page: Page) => {
  await page.addInitScript(() => {
    const real = window.fetch
    let first: unknown = null
    window.fetch = async (input, init) => {
      const response = await real(input, init)
      if (!String(input).includes('/v1/audit/log')) return response
      const log = await response.json()
      first ??= log.checkpoint
      if (document.documentElement.dataset.held !== undefined) log.checkpoint = first
      return Response.json(log)
    }
  })
  return (held: boolean) =>
    page.evaluate((on) => {
      if (on) document.documentElement.dataset.held = ''
      else delete document.documentElement.dataset.held
    }, held)
}

test('a deep log is paged both ways, and new entries never move the scroll', async ({
  client,
  plane,
  signedIn: page,
}) => {
  const producer = new Producer()
  await producer.send(
    client,
    Array.from({ length: 450 }, () => aRefusal()),
  )
  const size = await untilSealed(client)
  await page.goto(`${plane.url}/audit`)
  await expect(row(page, size - 1)).toContainText('proven')
  await page.evaluate(async () => {
    while (document.querySelector('[data-seq="0"]') === null) {
      window.scrollTo(0, document.body.scrollHeight)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  })
  await expect(row(page, 0)).toContainText('proven')
  const before = await page.evaluate(() => window.scrollY)
  await producer.send(client, [aRefusal(), aRefusal()])
  await expect(page.getByRole('button', { name: '2 new: show' })).toBeVisible()
  expect(await page.evaluate(() => window.scrollY)).toBe(before)

  await page.goto(`${plane.url}/audit?seq=40`)
  await expect(row(page, 40)).toContainText('proven')
  await expect(panel(page)).toContainText('Entry 40')
  // To press the button is to scroll to it; what is measured stands below it.
  await page.getByRole('button', { name: 'Newer entries' }).scrollIntoViewIfNeeded()
  const place = async () => (await row(page, 62).boundingBox())?.y
  const stood = await place()
  expect(stood).toBeDefined()
  await page.getByRole('button', { name: 'Newer entries' }).click()
  await expect(page.getByRole('button', { name: 'Newer entries' })).toBeEnabled()
  await expect.poll(() => page.evaluate(() => window.scrollY)).toBeGreaterThan(1000)
  await expect.poll(place).toBe(stood)
  await page.getByRole('button', { name: 'new: show' }).click()
  await expect(row(page, size + 1)).toContainText('proven')
})

test('one stored byte is changed: the row, the seal, the tab and every page say so, and go on saying so', async ({
  plane,
  signedIn: page,
}) => {
  await plane.admin('demo', 'create', '--empty')
  await page.goto(`${plane.url}/audit?workspace=demo`)
  await expect(row(page, 0)).toContainText('proven')
  const said = await plane.admin('demo', 'tamper')
  const seq = Number(/entry (\d+)/.exec(said)?.[1])
  await page.reload()
  await expect(row(page, seq)).toContainText('CONTRADICTED')
  await expect(lead(page)).toContainText(`CONTRADICTED at entry ${seq}`)
  await expect(page.getByRole('banner')).toContainText('CONTRADICTED')
  await row(page, seq).getByRole('link').first().click()
  await expect(panel(page).getByRole('region', { name: 'Proof' })).toContainText('not the root of checkpoint')
  await page.goto(`${plane.url}/sessions?workspace=demo`)
  await expect(page.getByRole('alert', { name: 'The log is contradicted' })).toContainText(
    `CONTRADICTED at entry ${seq}`,
  )
  await expect(page).toHaveTitle(/^✕ CONTRADICTED/)
  await page.goto(`${plane.url}/sessions`)
  await expect(seal(page)).toContainText('proven')
  await expect(page).not.toHaveTitle(/CONTRADICTED/)
})

test('a visitor who comes back to a database rolled back to an older copy is warned, until they start over', async ({
  client,
  plane,
  signedIn: page,
}) => {
  const producer = new Producer()
  await producer.send(client, [aRefusal()])
  await untilSealed(client)
  const copy = `${plane.data}-copy`
  await stopped(plane, () => cp(plane.data, copy, { recursive: true }))
  await producer.send(client, [aRefusal(), aRefusal()])
  const size = await untilSealed(client)
  await page.goto(`${plane.url}/audit`)
  await expect(lead(page)).toHaveText(`All ${size} entries proven`)
  await page.goto('about:blank')
  await stopped(plane, () => replace(plane.data, copy))
  await page.goto(`${plane.url}/sessions`)
  await expect(page.getByRole('banner')).toContainText('CONTRADICTED')
  await page.goto(`${plane.url}/audit`)
  const met = page.getByRole('region', { name: 'Contradictions' })
  await expect(met).toContainText('the log is shorter than it was')
  await expect(met).toContainText(`this browser saw ${size} entries proven`)
  await page.reload()
  await expect(met).toBeVisible()
  await met.getByRole('button', { name: 'Start over…' }).click()
  await met.getByRole('button', { name: 'Forget and trust' }).click()
  await expect(met).toHaveCount(0)
})

const stopped = async (plane: ControlPlane, work: () => Promise<unknown>) => {
  await plane.kill('SIGTERM')
  await work()
  await plane.restart()
}

/** The database and nothing else, as a careless restore does. */
const replace = async (data: string, copy: string) => {
  const files = async (folder: string) => (await readdir(folder)).filter((name) => name.includes('.db'))
  for (const name of await files(data)) await rm(join(data, name))
  for (const name of await files(copy)) await cp(join(copy, name), join(data, name))
  await rm(copy, { recursive: true })
}

test('everything works by keyboard alone', async ({ client, plane, signedIn: page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await new Producer().send(client, [aRefusal(), aRefusal(), aRefusal()])
  const size = await untilSealed(client)
  await page.goto(`${plane.url}/audit`)
  await expect(row(page, size - 1)).toContainText('proven')
  await page.keyboard.press('j')
  await page.keyboard.press('j')
  await expect(row(page, size - 2)).toHaveAttribute('data-at', '')
  await page.keyboard.press('k')
  await expect(row(page, size - 1)).toHaveAttribute('data-at', '')
  await page.keyboard.press('Space')
  await expect(panel(page)).toContainText(`Entry ${size - 1}`)
  await page.keyboard.press('j')
  await expect(panel(page)).toContainText(`Entry ${size - 2}`)
  await page.keyboard.press('.')
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(`${plane.url}/audit?seq=${size - 2}`)
  await page.keyboard.press('Escape')
  await expect(panel(page)).toHaveCount(0)
  await seal(page).focus()
  await page.keyboard.press('Enter')
  await expect(seal(page)).toContainText(`${size} proven`)
})

for (const colorScheme of ['light', 'dark'] as const) {
  test(`the audit page violates no WCAG rule in ${colorScheme}, contradicted or not, and keeps its own policy`, async ({
    plane,
    page,
  }) => {
    const complaints: string[] = []
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await signIn(page, plane)
    await plane.admin('demo', 'create', '--empty')
    for (const width of [1440, 390]) {
      await page.setViewportSize({ width, height: 844 })
      await page.goto(`${plane.url}/audit?workspace=demo&seq=0`)
      await expect(panel(page)).toContainText('✓ the root of checkpoint')
      await noViolation(page)
    }
    await plane.admin('demo', 'tamper')
    await page.goto(`${plane.url}/audit?workspace=demo`)
    await expect(lead(page)).toContainText('CONTRADICTED')
    await noViolation(page)
    expect(complaints.filter((text) => !text.includes('401'))).toEqual([])
  })
}

const noViolation = async (page: Page) => {
  const { violations } = await new AxeBuilder({ page }).analyze()
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`)).toEqual(
    [],
  )
}
