import { cp, mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { createClaudeHome } from './claude-home.ts'
import { expect, test } from './fixtures.ts'
import { type ControlPlane, daemonStatus, end, startDaemon } from './stack.ts'

const lead = (page: Page) => page.getByRole('heading', { level: 1 })
const rows = (page: Page) => page.locator('[role=row][data-seq]')

test('a restored backup is refused, owned up to, and followed: by the daemon, and by a browser that comes back', async ({
  client,
  plane,
  signedIn: page,
}) => {
  const probe = await plane.admin('key', 'create', '--scope', 'probe:read')
  const { home, begin } = await createClaudeHome()
  let daemon = await startDaemon(plane, home)
  const session = await begin()
  await session.callTool('git fetch')
  await untilProven(plane, home, 2)
  await test.step('what the daemon proved, the browser proves', async () => {
    await page.goto(`${plane.url}/audit`)
    await expect(lead(page)).toHaveText(/^All \d+ entries proven$/)
    await expect(rows(page).filter({ hasText: 'git fetch' })).toContainText('proven')
  })

  const copy = `${plane.data}-copy`
  await stopped(plane, () => copyDatabase(plane.data, copy))
  // The control plane's own entries come back from nowhere: a daemon could send what is its own again, byte for byte.
  await plane.admin('key', 'create', '--scope', 'fleet:read')
  await session.callTool('git rebase')
  const before = await untilProven(plane, home, 3)
  const signed = before.log?.size ?? 0
  await page.reload()
  await expect(lead(page)).toHaveText(/^All \d+ entries proven$/)
  await expect(rows(page).filter({ hasText: 'git rebase' })).toContainText('proven')
  await page.goto('about:blank')

  await stopped(plane, () => replace(plane.data, copy))
  await session.callTool('git push')
  await test.step('sealing is refused, and everybody says why', async () => {
    const ready = async () => {
      const headers = { authorization: `Bearer ${probe}` }
      const answer = await fetch(`${plane.apiUrl}/readyz/sealing?verbose`, { headers })
      return `${answer.status} ${await answer.text()}`
    }
    await expect.poll(ready).toMatch(/^503.* have been sealed: an older database came back/s)
    await page.goto(`${plane.url}/audit`)
    await expect(lead(page)).toContainText('CONTRADICTED')
    await expect(page.getByRole('main')).toContainText('Not sealed: ')
    await expect(page.getByRole('main')).toContainText('watchbill log continue')
    const met = page.getByRole('region', { name: 'Contradictions' })
    await expect(met).toContainText('the log is shorter than it was')
    await expect(rows(page).filter({ hasText: 'git fetch' })).toContainText('pending')
    await expect
      .poll(async () => (await proofs(plane, home)).alarms.map(({ kind }) => kind))
      .toContain('shrunk')
    expect((await proofs(plane, home)).unproven).toBeGreaterThan(0)
  })

  const said = await plane.admin('log', 'continue')
  const [, kept = ''] = /entries (\d+) to \d+ of the epoch before are lost/.exec(said) ?? []
  await test.step('the daemon follows, over a restart: what it kept is in the log again, proven', async () => {
    await end(daemon, 'SIGKILL')
    daemon = await startDaemon(plane, home)
    await untilProven(plane, home, before.proven + 1)
    const { alarms, restores } = await proofs(plane, home)
    expect(alarms).toEqual([])
    expect(restores).toMatchObject([{ from: Number(kept), to: signed }])
  })
  await test.step('the browser follows, and the lost range stays', async () => {
    await expect(lead(page)).toHaveText(/^All \d+ entries proven$/)
    const lost = `${kept} to ${signed - 1} of the epoch before`
    for (const look of ['at once', 'for ever']) {
      await expect(page.getByRole('main'), look).toContainText(lost)
      await expect(page.getByRole('banner'), look).not.toContainText('CONTRADICTED')
      const met = page.getByRole('region', { name: 'Explained by a restore' })
      await expect(met, look).toContainText('the log is shorter than it was')
      await page.reload()
      await expect(lead(page)).toHaveText(/^All \d+ entries proven$/)
    }
    for (const command of ['git fetch', 'git rebase', 'git push'])
      await expect(rows(page).filter({ hasText: command }).first()).toContainText('proven')
    expect((await client.getLog()).sealFailure).toBeNull()
  })
  await end(daemon, 'SIGTERM')
})

const proofs = async (plane: ControlPlane, home: string) => {
  const status = await daemonStatus(plane, home)
  if (status === null) throw new Error('the daemon does not run')
  return status.proofs
}

/** Until everything the daemon has is in the log, provably, and that is at least so many entries. */
const untilProven = async (plane: ControlPlane, home: string, least: number) => {
  const left = async () => {
    const status = await daemonStatus(plane, home)
    if (status === null) return null
    const { unproven, proven, alarms } = status.proofs
    return { pending: status.entries.pending, unproven, alarms: alarms.length, enough: proven >= least }
  }
  await expect.poll(left, { timeout: 120_000 }).toEqual({ pending: 0, unproven: 0, alarms: 0, enough: true })
  return proofs(plane, home)
}

const stopped = async (plane: ControlPlane, work: () => Promise<unknown>) => {
  await plane.kill('SIGTERM')
  await work()
  await plane.restart()
}

const databaseFiles = async (folder: string) => (await readdir(folder)).filter((name) => name.includes('.db'))

/** With its write-ahead log, if there is one; what the daemon keeps beside it belongs to another machine. */
const copyDatabase = async (from: string, to: string) => {
  await mkdir(to, { recursive: true })
  for (const name of await databaseFiles(from)) await cp(join(from, name), join(to, name))
}

const replace = async (data: string, copy: string) => {
  for (const name of await databaseFiles(data)) await rm(join(data, name))
  await copyDatabase(copy, data)
  await rm(copy, { recursive: true })
}
