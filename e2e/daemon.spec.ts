import { createClaudeHome } from './claude-home.ts'
import { expect, test } from './fixtures.ts'
import { end, startDaemon } from './stack.ts'

test('a line appended to a session file is on the page; the empty page flips by itself', async ({
  plane,
  signedIn: page,
}) => {
  await expect(page.getByText('listening', { exact: false }).first()).toBeVisible()
  const { home, begin } = await createClaudeHome()
  const daemon = await startDaemon(plane, home)
  const session = await begin()
  const agent = page.getByRole('row').filter({ hasText: 'Claude Code' })
  await expect(agent).toContainText('working')
  await session.callTool('git push origin main')
  const row = page.getByRole('row').filter({ hasText: session.nativeId.slice(0, 8) })
  await expect(row).toContainText('git push')
  await expect(row).not.toContainText('origin')
  await session.finish()
  await expect(row).toContainText('idle')
  await expect(row).toContainText('30')
  await end(daemon, 'SIGTERM')
})
