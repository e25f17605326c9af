import { createReadStream } from 'node:fs'
import { open, readFile } from 'node:fs/promises'
import { linesOf } from './lines.ts'
import { releasedScripts } from './released-scripts.ts'
import type { Report } from './report.ts'
import { verifyArchive } from './verify-archive.ts'
import { verifyEntryFile } from './verify-entry.ts'
import { verifyExport } from './verify-export.ts'
import type { VerifyOptions } from './verify-log.ts'
import { verifyShare } from './verify-share.ts'

const mebibyte = 1024 * 1024
/** Bytes of what is read whole; an export is read as it comes and may have any size. */
const limits = { entry: 4 * mebibyte, share: 32 * mebibyte, archive: 256 * mebibyte }

/** Checks whatever evidence a file is: its first bytes tell, never its name. Throws where it cannot be read. */
export const verifyFile = async (path: string, options: VerifyOptions): Promise<Report> => {
  const handle = await open(path)
  try {
    const { size } = await handle.stat()
    const first = new Uint8Array(512)
    await handle.read(first, 0, first.length, 0)
    const kind = kindOf(first)
    if (kind === 'export') return await verifyExport(path, linesOf(createReadStream(path)), options)
    const what = { entry: 'one entry', share: 'a share document', archive: 'an archive of entries' }[kind]
    if (size > limits[kind])
      throw new Error(`the file has ${size} bytes; ${what} has at most ${limits[kind]}`)
    const bytes = new Uint8Array(await readFile(path))
    if (kind === 'archive') return await verifyArchive(path, bytes, options)
    if (kind === 'entry') return await verifyEntryFile(path, bytes, options)
    const html = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
    const source = { where: path, pin: null, live: false, read: async () => html }
    return await verifyShare(source, options, releasedScripts())
  } finally {
    await handle.close()
  }
}

/** What is none of the others is taken for an entry file, and refused as such. */
const kindOf = (first: Uint8Array): 'entry' | 'share' | 'archive' | 'export' => {
  const text = String.fromCharCode(...first)
  if (text.slice(257, 262) === 'ustar') return 'archive'
  if (/^\s*<(!doctype|html)/i.test(text)) return 'share'
  return text.startsWith('{') ? 'export' : 'entry'
}
