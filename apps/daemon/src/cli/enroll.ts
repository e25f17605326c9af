import { hostname } from 'node:os'
import { Fault } from '@watchbill/contract/fault'
import { createDataFolder, dataFolder } from '../data-folder.ts'
import { createMachineKey } from '../ledger/machine-key.ts'
import { writeCredential } from '../link/credential.ts'
import { isLoopback, joinMachine } from '../link/enrollment.ts'
import { Failure } from './failure.ts'
import { parseOptions } from './options.ts'
import { start } from './start.ts'
import { stopDaemon } from './stop.ts'
import type { Terminal } from './terminal.ts'

/** `enroll`: trades a token (environment or standard input, never an argument) for this machine's credential. */
export const enroll = async (args: readonly string[], terminal: Terminal): Promise<number> => {
  const { api, name, json } = parseOptions('enroll', args, ['api', 'name', 'json'])
  const apiUrl = requireApiUrl(api ?? terminal.env.WATCHBILL_API_URL ?? null, terminal.env)
  const token = await requireToken(terminal)
  const machineName = (name ?? (hostname() || 'machine')).slice(0, 120)
  const key = createMachineKey()
  const credential = await joinMachine(apiUrl, token, machineName, Date.now(), key.publicKey).catch(
    (error: unknown) => {
      throw refusal(error, apiUrl)
    },
  )
  const folder = dataFolder(terminal.env)
  await createDataFolder(folder)
  const ran = await stopDaemon(terminal.env)
  // The key first: a machine that is enrolled and has none could never get one.
  await key.write(folder.machineKey, credential.machineId)
  await writeCredential(folder.credential, credential)
  const facts = {
    machineId: credential.machineId,
    machineName,
    workspace: credential.workspace,
    apiUrl,
    restarted: ran !== null,
  }
  const text = `Enrolled as ${machineName} (${credential.machineId}) in workspace ${credential.workspace} of ${apiUrl}.`
  terminal.out(json ? JSON.stringify(facts) : text)
  return ran === null ? 0 : start([], { ...terminal, out: json ? () => {} : terminal.out })
}

/** A credential crosses the network in clear only where the machine talks to itself (SECURITY "Web and API"). */
const requireApiUrl = (value: string | null, env: NodeJS.ProcessEnv): string => {
  const use = 'use: watchbill enroll --api https://watchbill.example'
  if (value === null || value === '')
    throw new Failure('enroll: where to?', 'no control plane was named', use, 2)
  const url = URL.canParse(value) ? new URL(value) : null
  if (
    url === null ||
    !/^https?:$/.test(url.protocol) ||
    url.username !== '' ||
    url.search !== '' ||
    url.hash !== ''
  ) {
    throw new Failure(
      'enroll: this is not an address of a control plane',
      `${value.slice(0, 200)} is not an http(s) URL`,
      use,
      2,
    )
  }
  if (url.protocol === 'http:' && !isLoopback(value) && env.WATCHBILL_INSECURE_HTTP !== '1') {
    const mend = 'use https, or set WATCHBILL_INSECURE_HTTP=1 on a network you trust'
    throw new Failure(
      'enroll: the credential would travel in clear',
      `${url.host} is not this machine`,
      mend,
      2,
    )
  }
  // Node cannot resolve *.localhost names (SECURITY "Web and API"): programs use the address.
  if (url.hostname.endsWith('.localhost')) url.hostname = '127.0.0.1'
  return url.href.replace(/\/$/, '')
}

const requireToken = async (terminal: Terminal): Promise<string> => {
  const token = (terminal.env.WATCHBILL_ENROLL_TOKEN || (await terminal.readInput())).trim()
  if (/^[A-Za-z0-9_-]{8,300}$/.test(token)) return token
  const mend = 'set WATCHBILL_ENROLL_TOKEN, or pipe the token in: watchbill enroll --api <url> < token.txt'
  throw new Failure(
    'enroll: a token is needed',
    token === '' ? 'none was given' : 'what was given is not a token',
    mend,
    2,
  )
}

const refusal = (error: unknown, apiUrl: string): Failure => {
  const why = error instanceof Error ? error.message : String(error)
  if (error instanceof Fault && (error.code === 'unauthenticated' || error.code === 'forbidden')) {
    return new Failure(
      'the control plane refused the token',
      why,
      error.mend ?? 'create a new one: tokens join one machine, once, within their life',
    )
  }
  const mend = error instanceof Fault ? error.mend : null
  return new Failure(
    'this machine could not be enrolled',
    why,
    mend ?? `check that the control plane answers at ${apiUrl}/livez`,
  )
}
