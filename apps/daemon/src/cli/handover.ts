import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Failure } from './failure.ts'
import type { Terminal } from './terminal.ts'

/** Commands that need the database itself live with the control plane (DESIGN §2): `apps/api/dist/admin.js`. */
export const adminCommands = [
  'key',
  'sign-in',
  'demo',
  'migrate',
  'workspace',
  'enroll-token',
  'log',
] as const

/** Where the control plane's own program would lie beside this bundle. */
export const adminProgram = (bundleUrl: string): string =>
  fileURLToPath(new URL('../../api/dist/admin.js', bundleUrl))

/** Runs the control plane's own program with the same arguments and streams; answers with its exit code. */
export const handOver = async (
  args: readonly string[],
  bundleUrl: string,
  terminal: Terminal,
): Promise<number> => {
  const program = adminProgram(bundleUrl)
  if (!existsSync(program)) {
    const mend = 'run it where the control plane is installed; in a checkout: npm run build'
    throw new Failure(`${args[0]}: there is no control plane here`, `${program} is missing`, mend)
  }
  const child = spawn(process.execPath, [program, ...args], { stdio: 'inherit', env: terminal.env })
  const forward = (signal: NodeJS.Signals) => child.kill(signal)
  process.on('SIGINT', forward).on('SIGTERM', forward)
  return new Promise((resolve, reject) => {
    child.on('error', (error) =>
      reject(new Failure(`${args[0]}: could not be run`, error.message, 'check the installation')),
    )
    child.on('exit', (code) => resolve(code ?? 1))
  })
}
