import { execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { expect, test } from './fixtures.ts'

const execute = promisify(execFile)

/** Types a line into a real sh with a home of its own, as a person who pastes it. */
const paste = (line: string, home: string): Promise<number | null> =>
  new Promise((resolve, reject) => {
    const env = { HOME: home, PATH: process.env.PATH }
    const shell = spawn('/bin/sh', { env, cwd: home, stdio: ['pipe', 'ignore', 'inherit'], detached: true })
    shell.on('error', reject)
    shell.on('close', resolve)
    shell.stdin.end(`${line}\n`)
  })

const homes: string[] = []
const program = (home: string) => join(home, '.watchbill-agent/bin/watchbill')

// A test that failed half-way must not leave a daemon behind.
test.afterEach(async () => {
  for (const home of homes.splice(0)) {
    const env = { HOME: home, PATH: process.env.PATH }
    if (existsSync(program(home))) await execute(program(home), ['uninstall'], { env })
    await rm(home, { recursive: true })
  }
})

const freshHome = async (): Promise<string> => {
  const home = await mkdtemp(join(tmpdir(), 'watchbill-fresh-'))
  homes.push(home)
  await mkdir(join(home, '.local/bin'), { recursive: true })
  return home
}

const isSound = async (page: Page) => {
  const { violations } = await new AxeBuilder({ page }).analyze()
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`)).toEqual([])
}

test('the line from the settings page, pasted on a clean machine: the page flips; uninstall leaves nothing', async ({
  signedIn: page,
  plane,
}) => {
  const complaints: string[] = []
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  await page.goto(`${plane.url}/settings`)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('No machine has joined yet')
  await page.getByRole('button', { name: 'Add a machine' }).click()
  const line = await page.getByRole('region', { name: 'install line', exact: true }).innerText()
  expect(line).toMatch(
    /^WATCHBILL_ENROLL_TOKEN=wb_default_enr_[\w-]{43} sh -c "\$\(curl -fsSL http:\S+\/install\)"$/,
  )
  await expect(page.getByText(/Expires in \d+ min/)).toBeVisible()
  await expect(page.getByText('Listening…')).toBeVisible()
  await isSound(page)
  const home = await freshHome()
  const since = performance.now()
  expect(await paste(line, home)).toBe(0)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('1 machine reports')
  console.log(`pasted -> on the page: ${((performance.now() - since) / 1000).toFixed(1)} s`)
  await expect(page.getByText('joined', { exact: true })).toBeVisible()
  const row = page.getByRole('region', { name: 'Each machine' }).getByRole('row').nth(1)
  await expect(row).toContainText('reporting')
  await expect(row).toContainText('0.1.0')
  await isSound(page)
  // The used token opens nothing any more, and the page says so rather than offering to revoke it.
  await page.reload()
  await page.getByRole('button', { name: 'Show 1 that ended' }).click()
  await expect(page.getByRole('row').filter({ hasText: 'Enrolment token' })).toContainText('used')
  await execute(join(home, '.local/bin/watchbill'), ['uninstall'], {
    env: { HOME: home, PATH: process.env.PATH },
  })
  expect((await readdir(home, { recursive: true })).sort()).toEqual(['.local', '.local/bin'])
  expect(complaints).toEqual([])
})

test('the empty fleet offers the line too', async ({ signedIn: page }) => {
  await page.getByRole('button', { name: 'Add a machine' }).click()
  await expect(page.getByRole('region', { name: 'install line', exact: true })).toContainText('/install)')
  await page.getByText('Keep the token out').click()
  await expect(page.getByRole('region', { name: 'install line without the token' })).not.toContainText('wb_')
})

test('a key is created, shown once, works, and is dead as soon as it is revoked', async ({
  signedIn: page,
  plane,
}) => {
  await page.goto(`${plane.url}/settings`)
  await page.getByLabel('Name').fill('nightly <b>report</b>')
  await page.getByRole('button', { name: 'Create key' }).click()
  const secret = await page.getByRole('region', { name: 'new key' }).innerText()
  const ask = () => fetch(`${plane.apiUrl}/v1/fleet`, { headers: { authorization: `Bearer ${secret}` } })
  expect((await ask()).status).toBe(200)
  await isSound(page)
  await page.getByRole('button', { name: 'I have it' }).click()
  await expect(page.getByText(secret)).toHaveCount(0)
  const row = page.getByRole('row').filter({ hasText: 'nightly <b>report</b>' })
  await expect(row).toContainText('fleet:read')
  await row.getByRole('button', { name: 'Revoke' }).click()
  await row.getByRole('button', { name: /^Yes, revoke/ }).click()
  await expect(row).toHaveCount(0)
  expect((await ask()).status).toBe(401)
  await page.reload()
  expect(await page.content()).not.toContain(secret)
})
