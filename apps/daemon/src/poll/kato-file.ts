import { basename, dirname } from 'node:path'
import type { Gathered } from '@watchbill/runtimes'
import { openBelow, Refused } from '../collect/open-below.ts'
import type { Source } from './ask.ts'
import { folderRoot } from './folder-root.ts'
import { documentOf, notGathered } from './gathered.ts'

const limitBytes = 1024 * 1024

/** Kato's `status.json`, given itself or by its folder; a regular file there, reached by no link. */
export const katoFile = (path: string): Source => {
  const isFile = path.endsWith('.json')
  const root = folderRoot(isFile ? dirname(path) : path)
  const name = isFile ? basename(path) : 'status.json'
  return {
    address: path,
    gather: async () => ({ 'status.json': await readOne(root, name).catch(notGathered) }),
  }
}

const readOne = async (root: ReturnType<typeof folderRoot>, name: string): Promise<Gathered> => {
  const { handle, stats } = await openBelow(await root(), name)
  try {
    if (stats.size > limitBytes) throw new Refused('longer than 1 MiB')
    const bytes = new Uint8Array(limitBytes + 1)
    let size = 0
    while (size < bytes.length) {
      const { bytesRead } = await handle.read(bytes, size, bytes.length - size, size)
      if (bytesRead === 0) return documentOf(bytes.slice(0, size))
      size += bytesRead
    }
    throw new Refused('longer than 1 MiB')
  } finally {
    await handle.close()
  }
}
