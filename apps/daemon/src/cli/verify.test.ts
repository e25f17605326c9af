import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { testFolder } from '../testing/folder.ts'
import { listenHttp } from '../testing/listener.ts'
import { createLog, logSigner } from '../testing/log-folder.ts'
import { exportOf, pageOf, shareOf } from '../testing/share-files.ts'
import { Failure } from './failure.ts'
import { verifyAt } from './verify.ts'

const log = createLog(20)
const token = 'T'.repeat(43)

/** One command line: its exit code, and what it said; a Failure is what it would print. */
const run = async (...args: string[]) => {
  const [out, err]: [string[], string[]] = [[], []]
  const env = { XDG_STATE_HOME: await testFolder(), HOME: await testFolder() }
  const terminal = {
    env,
    out: (text: string) => out.push(text),
    err: (text: string) => err.push(text),
    readInput: async () => '',
  }
  try {
    return { code: await verifyAt(import.meta.url, args, terminal), out: out.join('\n'), err: err.join('\n') }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return { code: error.exitCode, out: out.join('\n'), err: [...err, error.message, error.why].join('\n') }
  }
}
const saved = async (text: string) => {
  const path = join(await testFolder(), 'evidence')
  await writeFile(path, text)
  return path
}

it('checks an export: 0 when it holds, 1 when it does not', async () => {
  const text = `${(await exportOf(log, [3, 4])).join('\n')}\n`
  const good = await run(await saved(text), '--key', logSigner.key.text, '--json')
  expect([good.code, JSON.parse(good.out)]).toMatchObject([0, { holds: true, kind: 'export' }])
  const bad = await run(await saved(text.replace('git push', 'git pull')))
  expect([bad.code, bad.out]).toEqual([1, expect.stringContaining('IT DOES NOT HOLD')])
})

it('ends with 1 for a share whose evidence holds in a page that is not ours, and says both', async () => {
  const { code, out } = await run(await saved(pageOf(await shareOf(log, [3]))))
  expect(code).toBe(1)
  expect(out).toContain('UNRELEASED SCRIPT')
  expect(out).toContain('the evidence itself holds')
})

it('says before it opens a link that this is counted, and why one does not open', async () => {
  const asked: string[] = []
  const port = await listenHttp((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    response.writeHead(404).end()
  })
  const link = `http://127.0.0.1:${port}/s/${token}`
  const closed = await run(link)
  expect(closed.code).toBe(1)
  expect(closed.err).toContain('it is counted')
  expect(closed.err).toContain('expired, was revoked or is mistyped')
  expect(asked).toEqual([`POST /s/${token}`])
  expect((await run(`${link}#1.x`)).code).toBe(2)
  expect(asked).toHaveLength(1)
})
