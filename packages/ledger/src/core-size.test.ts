import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { expect, it } from 'vitest'

/** What a page needs to check an entry: inclusion, consistency, a signed checkpoint. */
const core = `export { checkConsistency, checkInclusion, leafHash } from './merkle/index.ts'
  export { parseCheckpoint, parseVerifierKey, verifyNote } from './notes/index.ts'`

const sizeOf = async (external: string[]): Promise<number> => {
  const { outputFiles } = await build({
    stdin: { contents: core, resolveDir: new URL('.', import.meta.url).pathname },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    external,
  })
  return gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).length
}

it('the verifier core is at most 5 kB gzipped, @noble/hashes apart', async () => {
  const [own, all] = [await sizeOf(['@noble/hashes/*']), await sizeOf([])]
  console.info(`verifier core: ${own} bytes gzipped, ${all} with @noble/hashes`)
  expect(own).toBeLessThanOrEqual(5000)
  expect(all).toBeLessThanOrEqual(10_000)
})
