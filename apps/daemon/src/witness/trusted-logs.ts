import { readFile } from 'node:fs/promises'
import { notes } from '@watchbill/ledger'
import { writeAtomic } from '../atomic-file.ts'
import { errorCode } from '../error-code.ts'

/** The logs a witness cosigns: lines `log <vkey>` as in C2SP tlog-policy; the name of a key is the origin of its log. */
export interface TrustedLogs {
  keysOf(origin: string): Promise<readonly notes.VerifierKey[]>
  list(): Promise<readonly notes.VerifierKey[]>
  /** False when it was trusted already. */
  add(key: notes.VerifierKey): Promise<boolean>
}

/** Read anew for each question, so that a key added while the witness runs counts at once. Throws for a line it cannot read. */
export const createTrustedLogs = (path: string): TrustedLogs => {
  const list = async () => {
    const text = await readFile(path, 'utf8').catch((error: unknown) => {
      if (errorCode(error) === 'ENOENT') return ''
      throw error
    })
    return text.split('\n').flatMap((line, index) => readLine(line.trim(), index, path))
  }
  return {
    list,
    keysOf: async (origin) => (await list()).filter((key) => key.name === origin),
    add: async (key) => {
      const known = await list()
      if (known.some((one) => one.text === key.text)) return false
      await writeAtomic(path, `${[...known, key].map(({ text }) => `log ${text}`).join('\n')}\n`)
      return true
    },
  }
}

const readLine = (line: string, index: number, path: string): notes.VerifierKey[] => {
  if (line === '' || line.startsWith('#')) return []
  const [, vkey = ''] = /^log (\S+)(?: \S+)?$/.exec(line) ?? []
  const key = notes.parseVerifierKey(vkey)
  if (key?.algorithm !== 'ed25519') throw new Error(`${path}, line ${index + 1}: not a log's verifier key`)
  return [key]
}
