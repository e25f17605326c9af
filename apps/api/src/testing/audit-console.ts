import { randomInt } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Client, createClient } from '@watchbill/contract/client'
import { build } from 'esbuild'
import { createProducer } from './entry-samples.ts'
import { buildPrograms, runProgram } from './process.ts'
import { until } from './until.ts'

const root = fileURLToPath(new URL('../../../../', import.meta.url))

/** A control plane, with `more` in its environment, and the `watchbill` program: as they ship, in processes of their own. */
export const openConsole = async (more: Readonly<Record<string, string>> = {}) => {
  const home = mkdtempSync(join(tmpdir(), 'watchbill-console-'))
  const programs = await buildPrograms()
  const program = join(programs.folder, 'watchbill.mjs')
  await bundleDaemon(program)
  for (const args of [['migrate'], ['workspace', 'init']]) await programs.admin(args)
  const key = async (scope: string) =>
    (await programs.admin(['key', 'create', '--scope', scope])).stdout.trim()
  const keys = {
    reader: await key('audit:read,log:read'),
    blind: await key('audit:read'),
    writer: await key('entry:write'),
  }
  const serveAt = (at: number) => programs.serve({ ...more, WATCHBILL_PORT: String(at) })
  let server = await serveAnywhere(serveAt)
  const port = server.port ?? 0
  const url = `http://127.0.0.1:${port}`
  const client = (token: string): Client => createClient({ baseUrl: url, token })
  const producer = createProducer('console')
  const envOf = (token: string | null, more: Readonly<Record<string, string>> = {}) => ({
    ...{ PATH: process.env.PATH ?? '', HOME: home, XDG_STATE_HOME: join(home, 'state') },
    ...{ WATCHBILL_API_URL: url, WATCHBILL_DATA: join(home, 'data') },
    ...(token === null ? {} : { WATCHBILL_KEY: token }),
    ...more,
  })
  return {
    home,
    data: programs.data,
    program,
    port,
    keys,
    client,
    envOf,
    audit: (args: readonly string[], token: string | null = keys.reader, more = {}) =>
      runProgram(program, ['audit', ...args], envOf(token, more)),
    /** Entries of one producer, each with these members beside the usual ones; answers with their places. */
    async write(...payloads: Readonly<Record<string, string>>[]): Promise<number[]> {
      const common = { session: 'ses_01a1f848-b543-7e91-9e5e-989cb75f9d5f', imported: false, tool: 'Bash' }
      const entries = payloads.map((more) => producer.next({ payload: { ...common, ...more } }))
      const { receipts } = await client(keys.writer).postEntries({ body: { entries } })
      return receipts.map(({ seq }) => seq ?? -1)
    },
    untilSealed: () =>
      until(async () => {
        const { size, checkpoint } = await client(keys.reader).getLog()
        return checkpoint?.size === size
      }),
    /** Ends the control plane, and starts it again in the same place once `meanwhile` is done. */
    async restart(signal: NodeJS.Signals, meanwhile: () => Promise<void> = async () => {}): Promise<void> {
      server.child.kill(signal)
      await server.ended
      await meanwhile()
      server = await serveAt(port)
    },
    async close(): Promise<void> {
      await programs.cleanup()
      rmSync(home, { recursive: true, force: true })
    },
  }
}
export type Console = Awaited<ReturnType<typeof openConsole>>

/** Below the range of ports that systems hand out: whoever keeps connecting to it cannot be given it and reach itself. */
const serveAnywhere = async <S extends { readonly port: number | null }>(
  serveAt: (port: number) => Promise<S>,
) => {
  for (;;) {
    const served = await serveAt(randomInt(20_000, 32_000))
    if (served.port !== null) return served
  }
}

const bundleDaemon = (outfile: string) =>
  build({
    entryPoints: [join(root, 'apps/daemon/src/main.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    format: 'esm',
    logLevel: 'error',
    loader: { '.wasm': 'copy' },
    external: ['sql.js'],
    banner: {
      js: `import { createRequire as __r } from 'node:module'; const require = __r(import.meta.url);`,
    },
  })
