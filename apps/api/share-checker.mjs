import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))

/**
 * The program inside every share document: its exact text, the SHA-256 of that (hex, what a released `watchbill verify` knows
 * it by), and the files it came from. The same sources give the same text.
 */
export const buildShareChecker = async () => {
  const { outputFiles, metafile } = await build({
    entryPoints: [here('src/shares/document/checker.ts')],
    absWorkingDir: here('.'),
    bundle: true,
    minify: true,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'warning',
    metafile: true,
    write: false,
  })
  const text = outputFiles[0].text
  // Either would end the element it stands in, or begin a comment there.
  if (/<\/script|<!--/i.test(text)) throw new Error('the checker cannot stand inside a page')
  return {
    text,
    sha256: createHash('sha256').update(text).digest('hex'),
    files: Object.keys(metafile.inputs).map(here),
  }
}
