import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { expect, it } from 'vitest'

/** What a page needs to check an entry: inclusion, consistency, a signed checkpoint. */
const core = `export { checkConsistency, checkInclusion, leafHash } from './merkle/index.ts'
  export { parseCheckpoint, parseVerifierKey, verifyNote } from './notes/index.ts'`

/** What a share document needs on top: the whole check of what it holds. */
const share = `export { parseDisclosure, parsePin, verifyDisclosure } from './evidence/index.ts'
  export { parseVerifierKey } from './notes/index.ts'`

const bundled = async (contents: string): Promise<Uint8Array> => {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: new URL('.', import.meta.url).pathname },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
  })
  return outputFiles[0]?.contents ?? new Uint8Array()
}
it('the verifier core is at most 5 kB gzipped', async () => {
  const { length } = gzipSync(await bundled(core), { level: 9 })
  console.info(`verifier core: ${length} bytes gzipped`)
  expect(length).toBeLessThanOrEqual(5000)
})

it('checking a share leaves its document 18 kB of its 40 kB of script', async () => {
  const script = await bundled(share)
  console.info(`share check: ${script.length} bytes minified, ${gzipSync(script).length} gzipped`)
  expect(script.length).toBeLessThanOrEqual(22_000)
})
