import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createClaudeHome } from './claude-home.ts'
import { expect, test } from './fixtures.ts'
import { end, startDaemon } from './stack.ts'

// Shapes of real secrets, put together here so that no scanner takes this file for a leak.
const planted = {
  'a cloud key': ['AKIA', 'QZ7XW2RTN5KLJ3HB'].join(''),
  'a model key': ['sk-ant-', 'api03-kX9vPq2LmN8wRtY4uIo7'].join(''),
  'a password': 'correct-horse-battery-staple-9f3c',
  'a prompt': 'the merger closes on the fourth of March',
}

test('secrets in prompts and commands reach neither spool nor database', async ({ plane, client }) => {
  const { home, begin } = await createClaudeHome()
  const daemon = await startDaemon(plane, home)
  const session = await begin(planted['a prompt'])
  await session.callTool(`AWS_ACCESS_KEY_ID=${planted['a cloud key']} git push`)
  await session.callTool(`curl -H "x-api-key: ${planted['a model key']}" https://example.org/v1`)
  await session.callTool(`mysql --password=${planted['a password']}`)
  await session.finish()
  await expect
    .poll(async () => (await client.listSessions({})).sessions[0]?.tokens.input, { timeout: 120_000 })
    .toBe(40)
  await expect
    .poll(async () => (await client.listProducers()).producers.reduce((sum, one) => sum + one.nextPseq, 0), {
      timeout: 120_000,
    })
    .toBeGreaterThanOrEqual(4)
  await end(daemon, 'SIGTERM')
  const files = await filesBelow(plane.data)
  expect(files.length).toBeGreaterThan(3)
  for (const file of files) {
    const bytes = await readFile(file)
    for (const [what, secret] of Object.entries(planted))
      expect(bytes.includes(secret), `${what} in ${file}`).toBe(false)
  }
})

const filesBelow = async (folder: string): Promise<string[]> =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
