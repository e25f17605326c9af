import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/** What the command on an auditor's machine says, and how it ends. */
export const verify = async (target: string, ...args: string[]): Promise<{ code: number; said: string }> => {
  const program = fileURLToPath(new URL('../apps/daemon/dist/watchbill.js', import.meta.url))
  const home = await mkdtemp(join(tmpdir(), 'watchbill-auditor-'))
  const env = { ...process.env, HOME: home, XDG_STATE_HOME: home }
  const ended = await execute(process.execPath, [program, 'verify', target, ...args], { env }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  )
  await rm(home, { recursive: true })
  return { code: ended.code, said: ended.stdout + ended.stderr }
}
