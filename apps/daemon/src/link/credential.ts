import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { MachineId } from '@watchbill/contract/values'
import * as z from 'zod/mini'
import { syncFolder, writeAtomic } from '../atomic-file.ts'
import { errorCode } from '../error-code.ts'

/** Who this machine is to its control plane. The secret never leaves this file except in the Authorization header. */
export const Credential = z.strictObject({
  v: z.literal(1),
  apiUrl: z.string().check(z.regex(/^https?:\/\//)),
  machineId: MachineId,
  machineName: z.string().check(z.minLength(1), z.maxLength(120)),
  workspace: z.string(),
  secret: z.string().check(z.minLength(1)),
  /** SECURITY "Payload levels": what of a tool call may leave. The control plane's own machine says program and subcommand. */
  payload: z.enum(['none', 'request']),
  joinedAt: z.string(),
})
export type Credential = z.infer<typeof Credential>

/** Null when this machine never joined. Throws when the file is there and unusable. */
export const readCredential = async (path: string): Promise<Credential | null> => {
  try {
    return Credential.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null
    throw new Error(`${path} is not a credential of this version`)
  }
}

export const writeCredential = async (path: string, credential: Credential): Promise<void> => {
  await writeAtomic(path, `${JSON.stringify(credential, null, 2)}\n`)
  await syncFolder(dirname(path))
}
