import { mkdir, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/** Builds the `watchbill` program into a folder of its own, laid out as the product is; answers with its path. */
export const buildProgram = async (): Promise<string> => {
  const root = await mkdtemp(join(tmpdir(), 'watchbill-program-'))
  const folder = join(root, 'apps/daemon/dist')
  await mkdir(folder, { recursive: true })
  const outfile = join(folder, 'watchbill.mjs')
  await build({
    entryPoints: [fileURLToPath(new URL('../main.ts', import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
  })
  return outfile
}
