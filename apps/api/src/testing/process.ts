import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('../../../../', import.meta.url))

export interface Programs {
  /** Where `serve.js` and `admin.js` lie. */
  readonly folder: string
  /** A data folder of its own. */
  readonly data: string
  /** Runs `admin` to its end. */
  admin(args: readonly string[], env?: Record<string, string>): Promise<Ended>
  /** Starts `serve` on a free port and waits until it says that it listens; or until it ended. */
  serve(env?: Record<string, string>): Promise<Served>
  /** Ends what still runs and removes everything. */
  cleanup(): Promise<void>
}

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

interface Served {
  /** Null when it ended instead. */
  readonly port: number | null
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
}

/** The real programs, bundled as they ship, each in a process of its own. */
export const buildPrograms = async (): Promise<Programs> => {
  const cache = join(root, 'node_modules/.cache/watchbill')
  mkdirSync(cache, { recursive: true })
  // Below the repository, so that the native binding and drizzle/ are found as they are from dist/.
  const folder = mkdtempSync(join(cache, 'programs-'))
  await bundleInto(folder)
  const data = mkdtempSync(join(tmpdir(), 'watchbill-data-'))
  const state = `${data}-state`
  const children: ReturnType<typeof collect>[] = []
  const run = (program: string, args: readonly string[], env: Record<string, string> = {}) => {
    const child = spawn(process.execPath, [join(folder, program), ...args], {
      // The second place of the sealer belongs outside the data folder; a test must not leave it in anybody's home.
      env: { PATH: process.env.PATH ?? '', WATCHBILL_DATA: data, XDG_STATE_HOME: state, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const collected = collect(child)
    children.push(collected)
    return collected
  }
  return {
    folder,
    data,
    admin: (args, env) => run('admin.js', args, env).ended,
    serve: (env) => untilListening(run('serve.js', [], { WATCHBILL_PORT: '0', ...env })),
    async cleanup() {
      // Gone before their folder: a dying process may still make a file in it.
      for (const { child } of children) child.kill('SIGKILL')
      await Promise.all(children.map(({ ended }) => ended))
      for (const path of [folder, data, state]) rmSync(path, { recursive: true, force: true, maxRetries: 10 })
    },
  }
}

/** Runs any built program to its end with exactly this environment (and PATH). */
export const runProgram = (
  program: string,
  args: readonly string[],
  env: Record<string, string>,
): Promise<Ended> =>
  collect(
    spawn(process.execPath, [program, ...args], {
      env: { PATH: process.env.PATH ?? '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  ).ended

const bundleInto = (outdir: string) =>
  build({
    entryPoints: ['apps/api/src/serve.ts', 'apps/api/src/admin.ts'],
    absWorkingDir: root,
    outdir,
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    format: 'esm',
    logLevel: 'error',
    external: ['libsql', '@libsql/client'],
    banner: {
      js: `import { createRequire as __r } from 'node:module'; const require = __r(import.meta.url);`,
    },
  })

const collect = (child: ChildProcess) => {
  const said = { stdout: '', stderr: '' }
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    said.stdout += text
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said.stderr += text
  })
  const ended = new Promise<Ended>((resolve) => child.on('close', (code) => resolve({ code, ...said })))
  return { child, said, ended }
}

const untilListening = async ({ child, said, ended }: ReturnType<typeof collect>): Promise<Served> => {
  const port = () => Number(/"msg":"listening".*"port":(\d+)/.exec(said.stderr)?.[1])
  let over = false
  void ended.then(() => {
    over = true
  })
  while (!over && !port()) await new Promise((resolve) => setTimeout(resolve, 10))
  return { port: over ? null : port(), child, ended }
}
