import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { loadConfig } from '../config/load.ts'
import { configTemplate } from '../config/template.ts'
import { createDataFolder, dataFolder } from '../data-folder.ts'
import { errorCode, errorText } from '../error-code.ts'
import { readCredential } from '../link/credential.ts'
import { configFailure } from './config-failure.ts'
import { enroll } from './enroll.ts'
import { Failure } from './failure.ts'
import { adminProgram } from './handover.ts'
import { homeOf } from './home.ts'
import { parseOptions } from './options.ts'
import type { Terminal } from './terminal.ts'

/**
 * `init`: the data folder with a commented config, and with WATCHBILL_ENROLL_TOKEN also the enrolment. Run again it
 * changes nothing that stands.
 */
export const initAt = async (
  bundleUrl: string,
  args: readonly string[],
  terminal: Terminal,
): Promise<number> => {
  const { json, api, name } = parseOptions('init', args, ['api', 'name', 'json'])
  const folder = dataFolder(terminal.env)
  const written = await writeConfig(folder.config, async () => createDataFolder(folder))
  await loadConfig(folder.config, homeOf(terminal.env)).catch(configFailure)
  const before = await readCredential(folder.credential).catch(() => null)
  const joins = before === null && Boolean(terminal.env.WATCHBILL_ENROLL_TOKEN)
  if (joins) await enroll(enrollArgs(api, name), { ...terminal, out: () => {} })
  const credential = await readCredential(folder.credential).catch(() => null)
  const facts = {
    config: folder.config,
    written,
    enrolled: credential !== null,
    machineId: credential?.machineId ?? null,
    apiUrl: credential?.apiUrl ?? null,
    controlPlaneHere: existsSync(adminProgram(bundleUrl)),
  }
  terminal.out(json ? JSON.stringify(facts) : textOf(facts).join('\n'))
  return 0
}

const writeConfig = async (path: string, createFolder: () => Promise<void>): Promise<boolean> => {
  try {
    await createFolder()
    await writeFile(path, configTemplate, { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    if (errorCode(error) === 'EEXIST' && existsSync(path)) return false
    const mend = 'make its folder writable for this user, or set WATCHBILL_DATA'
    throw new Failure('the config cannot be written', errorText(error), mend)
  }
}

const enrollArgs = (api: string | null, name: string | null): string[] => [
  ...(api === null ? [] : ['--api', api]),
  ...(name === null ? [] : ['--name', name]),
]

interface InitFacts {
  readonly config: string
  readonly written: boolean
  readonly enrolled: boolean
  readonly machineId: string | null
  readonly apiUrl: string | null
  readonly controlPlaneHere: boolean
}

const textOf = ({ config, written, enrolled, machineId, apiUrl, controlPlaneHere }: InitFacts): string[] => [
  written
    ? `Config          ${config} (new, all settings commented)`
    : `Config          ${config} (kept as it was)`,
  enrolled
    ? `Enrolled        as ${machineId} with ${apiUrl}`
    : 'Not enrolled    next: WATCHBILL_ENROLL_TOKEN=… watchbill enroll --api <url>',
  ...(enrolled ? ['Next            watchbill start'] : []),
  ...(controlPlaneHere
    ? [
        'Control plane   is installed here, too; its own set-up is: watchbill migrate, watchbill workspace init',
      ]
    : []),
]
