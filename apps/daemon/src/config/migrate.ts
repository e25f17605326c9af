import { writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { syncFolder, writeAtomic } from '../atomic-file.ts'
import { errorCode } from '../error-code.ts'
import { ConfigError } from './config-error.ts'
import { readConfig, readText } from './read.ts'
import { type ConfigVersion, configVersions } from './versions.ts'

export interface Migrated {
  readonly from: number
  readonly to: number
  /** Null when the file was in that version already: nothing was written. */
  readonly backup: string | null
}

/** The text of a config in another version, comments kept. Throws ConfigError, also for what that version cannot say. */
export const rewriteConfig = (
  path: string,
  text: string,
  to: number,
  versions: readonly ConfigVersion[] = configVersions,
): { readonly from: number; readonly text: string } => {
  const { version, newest, document } = readConfig(path, text, versions)
  if (version === to) return { from: version, text }
  const below = versions.filter((each) => each.version > to && each.version <= newest).reverse()
  if (!versions.some((each) => each.version === to))
    throw refusal(path, `there is no version ${to} of the config`, `this daemon writes 1 to ${newest}`)
  const lost = below.flatMap((each) => each.down(document))
  if (lost.length > 0)
    throw refusal(path, `version ${to} cannot say: ${lost.join(', ')}`, 'take these out of the file first')
  return { from: version, text: document.toString({ lineWidth: 0 }) }
}

/** Rewrites the file and leaves the old one beside it as `config.yaml.v1.bak`. Throws ConfigError. */
export const migrateConfig = async (path: string, to: number): Promise<Migrated> => {
  const text = await readText(path)
  if (text === null) throw refusal(path, 'there is no such file', 'write one: watchbill init')
  const { from, text: rewritten } = rewriteConfig(path, text, to)
  if (from === to) return { from, to, backup: null }
  const backup = await keepBackup(`${path}.v${from}.bak`, text)
  await writeAtomic(path, rewritten)
  await syncFolder(dirname(path))
  return { from, to, backup }
}

/** An older backup is somebody's only copy: it is never written over. */
const keepBackup = async (wanted: string, text: string): Promise<string> => {
  for (let number = 0; ; number += 1) {
    const path = number === 0 ? wanted : `${wanted}.${number}`
    try {
      await writeFile(path, text, { flag: 'wx', mode: 0o600 })
      return path
    } catch (error) {
      if (errorCode(error) !== 'EEXIST' || number > 99) throw error
    }
  }
}

const refusal = (path: string, what: string, mend: string): ConfigError =>
  new ConfigError(path, [{ line: null, column: null, what, mend }])
