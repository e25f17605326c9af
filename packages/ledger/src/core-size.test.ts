import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { expect, it } from 'vitest'

/** What a page needs to check an entry: inclusion, consistency, a signed checkpoint. */
const core = `export { checkConsistency, checkInclusion, leafHash } from './merkle/index.ts'
  export { parseCheckpoint, parseVerifierKey, verifyNote } from './notes/index.ts'`

/** What a share document needs on top: the whole check of what it holds. */
const share = `export { parseDisclosure, parsePin, verifyDisclosure } from './evidence/index.ts'
  export { parseVerifierKey } from './notes/index.ts'`

const bundled = async (contents: string, external: string[]): Promise<Uint8Array> => {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: new URL('.', import.meta.url).pathname },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    external,
  })
  return outputFiles[0]?.contents ?? new Uint8Array()
}
const sizeOf = async (external: string[]): Promise<number> =>
  gzipSync(await bundled(core, external), { level: 9 }).length

it('the verifier core is at most 5 kB gzipped, @noble/hashes apart', async () => {
  const [own, all] = [await sizeOf(['@noble/hashes/*']), await sizeOf([])]
  console.info(`verifier core: ${own} bytes gzipped, ${all} with @noble/hashes`)
  expect(own).toBeLessThanOrEqual(5000)
  expect(all).toBeLessThanOrEqual(10_000)
})

it('checking a share leaves its document at least 15 kB of its 40 kB of script', async () => {
  const { length } = await bundled(share, [])
  console.info(`share check: ${length} bytes minified, ${gzipSync(await bundled(share, [])).length} gzipped`)
  expect(length).toBeLessThanOrEqual(25_000)
})
