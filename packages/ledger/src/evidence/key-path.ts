import { parseHeader } from '../entry.ts'
import { parseVerifierKey, type VerifierKey } from '../notes/verifier-key.ts'
import { parseEntryFile } from './entry-file.ts'
import { isSameLog } from './epoch.ts'
import { type Contradiction, contradiction, type SigningKey } from './verdict.ts'
import { verifyEntry } from './verify-entry.ts'

/** Keys to trust from now on, and the steps that led nowhere. */
export interface KeyPath {
  readonly keys: readonly SigningKey[]
  readonly contradictions: readonly Contradiction[]
}

/**
 * Follows the keys of logs from pinned ones: each step is an entry file of a `key.added` or `key.retired` entry, proven
 * under a key trusted by then (SECURITY "Log, sealer, keys, restore"). A step that is not changes nothing. Never throws.
 */
export const acceptKeys = async (
  pinned: readonly SigningKey[],
  keyPath: readonly string[],
): Promise<KeyPath> => {
  let keys: readonly SigningKey[] = pinned
  const contradictions: Contradiction[] = []
  for (const [index, file] of keyPath.entries()) {
    const next = await step(keys, file)
    if (next === null)
      contradictions.push(
        contradiction('key', `step ${index}`, 'no trusted key proves that it adds or retires one'),
      )
    else keys = next
  }
  return { keys, contradictions }
}

const step = async (keys: readonly SigningKey[], file: string): Promise<readonly SigningKey[] | null> => {
  const said = readStep(file)
  const { consistent, signed } = await verifyEntry(file, { keys, pins: null, witnesses: [] })
  if (said === null || consistent !== 'yes' || signed.by === null) return null
  const known = keys.find(({ text }) => text === said.key.text)
  if (said.retiredSize === null) return known ? keys : [...keys, said.key]
  if (!known) return null
  const retiredSize = Math.min(said.retiredSize, known.retiredSize ?? Number.POSITIVE_INFINITY)
  return keys.map((key) => (key === known ? { ...key, retiredSize } : key))
}

/** Null unless the file says, in the open, which key of its own log is added or retired. */
const readStep = (
  file: string,
): { readonly key: VerifierKey; readonly retiredSize: number | null } | null => {
  const parsed = parseEntryFile(file)
  if (parsed === null) return null
  const { type } = parseHeader(parsed.header)
  const said = new Map(parsed.members?.flatMap((one) => ('name' in one ? [[one.name, one.value]] : [])))
  const [text, size] = [said.get('vkey'), said.get('size')]
  const key = typeof text === 'string' ? parseVerifierKey(text) : null
  const [origin = ''] = parsed.checkpoint.split('\n')
  if (key?.algorithm !== 'ed25519' || !isSameLog(key.name, origin)) return null
  if (type === 'key.added') return { key, retiredSize: null }
  return type === 'key.retired' && Number.isSafeInteger(size) ? { key, retiredSize: Number(size) } : null
}

const separator = '---\n'

/** Entry files one after the other; no line of one is `---`. */
export const formatKeyPath = (files: readonly string[]): string => files.join(separator)

/** The files of a key path; what they are worth is `acceptKeys`' to say. At most 1000. */
export const parseKeyPath = (text: string): string[] =>
  text === '' ? [] : text.split(/(?<=\n)---\n/).slice(0, 1000)
