import { type Document, isMap, isScalar } from 'yaml'
import type * as z from 'zod/mini'
import { flagDefaults } from './flags.ts'
import { FileV1, FileV2, keysV1, keysV2 } from './schema.ts'

const mebibyte = 1024 * 1024

/** One version of the file: what it may say, and the way to its neighbours. Documents keep their comments. */
export interface ConfigVersion {
  readonly version: number
  readonly schema: z.ZodMiniType
  readonly keys: (path: readonly PropertyKey[], runtime: unknown) => readonly string[]
  /** Rewrites a valid document of the version before into this one. */
  readonly up: (document: Document) => void
  /** Rewrites a valid document of this version into the one before; answers with what that one cannot say. */
  readonly down: (document: Document) => string[]
}

/** Oldest first. The promise (docs/daemon.md): the newest reads itself and the two before it. */
export const configVersions: readonly ConfigVersion[] = [
  { version: 1, schema: FileV1, keys: keysV1, up: () => {}, down: () => [] },
  {
    version: 2,
    schema: FileV2,
    keys: keysV2,
    up: (document) => {
      document.set('version', 2)
      rename(document, 'sessionRoots', 'providerSessionRoots')
      const spoolMiB = document.get('spoolMiB')
      if (typeof spoolMiB === 'number') {
        rename(document, 'spoolMiB', 'spool')
        document.set('spool', document.createNode({ maxBytes: spoolMiB * mebibyte }))
      }
    },
    down: (document) => {
      const lost = lostInV1(document)
      document.set('version', 1)
      rename(document, 'providerSessionRoots', 'sessionRoots')
      const maxBytes = document.getIn(['spool', 'maxBytes'])
      document.delete('spool')
      document.delete('runtimes')
      document.delete('flags')
      if (typeof maxBytes === 'number') document.set('spoolMiB', Math.ceil(maxBytes / mebibyte))
      return lost
    },
  },
]

const lostInV1 = (document: Document): string[] => {
  const lost: string[] = []
  if (document.get('payload') === 'content') lost.push('payload: content')
  const runtimes = document.getIn(['runtimes', 0])
  if (runtimes !== undefined) lost.push('runtimes')
  for (const [name, usual] of Object.entries(flagDefaults)) {
    const set = document.getIn(['flags', name])
    if (set !== undefined && set !== usual) lost.push(`flags.${name}`)
  }
  return lost
}

/** The pair keeps its place and its comments. */
const rename = (document: Document, from: string, to: string): void => {
  if (!isMap(document.contents)) return
  const pair = document.contents.items.find(({ key }) => isScalar(key) && key.value === from)
  if (pair !== undefined && isScalar(pair.key)) pair.key.value = to
}
