import { chmod, mkdir } from 'node:fs/promises'
import type { Server } from 'node:http'
import { type AddressInfo, isIP } from 'node:net'
import { join, resolve } from 'node:path'
import { notes } from '@watchbill/ledger'
import { errorText } from '../error-code.ts'
import { reachOf } from '../outbound/address.ts'
import { createCheckpointStore } from '../witness/checkpoint-store.ts'
import { createWitnessServer } from '../witness/server.ts'
import { createTrustedLogs, type TrustedLogs } from '../witness/trusted-logs.ts'
import { createWitness } from '../witness/witness.ts'
import { openWitnessKey } from '../witness/witness-key.ts'
import { Failure } from './failure.ts'
import { type Options, parseOptions } from './options.ts'
import { stateFolder } from './state-folder.ts'
import type { Terminal } from './terminal.ts'

/**
 * `witness`: cosigns checkpoints of the logs it trusts until it is stopped. `witness trust` reads verifier keys of logs
 * from standard input; `witness key` prints the witness's own.
 */
export const witness = async (args: readonly string[], terminal: Terminal): Promise<number> => {
  const options = parseOptions('witness', args, ['name', 'port', 'bind', 'folder', 'json'], '[trust|key]')
  if (options.operand !== null && options.operand !== 'trust' && options.operand !== 'key')
    throw unknown(options.operand)
  const folder = resolve(options.folder ?? join(stateFolder(terminal.env), 'witness'))
  const logs = createTrustedLogs(join(folder, 'logs'))
  try {
    for (const path of [folder, join(folder, 'checkpoints')]) {
      await mkdir(path, { recursive: true, mode: 0o700 })
      await chmod(path, 0o700)
    }
    if (options.operand === 'trust') return await trust(logs, terminal)
    const at = placeOf(options, terminal.env)
    const signer = await openWitnessKey(join(folder, 'key'), options.name)
    if (options.operand === 'key') {
      terminal.out(options.json ? JSON.stringify({ vkey: signer.key.text }) : signer.key.text)
      return 0
    }
    return await serve({ ...at, json: options.json }, folder, signer, logs, terminal)
  } catch (error) {
    if (error instanceof Failure) throw error
    throw new Failure(
      'witness: cannot go on',
      errorText(error),
      `look at ${folder}, or name another --folder`,
    )
  }
}

const unknown = (word: string): Failure =>
  new Failure(
    'witness: the arguments were not understood',
    `"${word.slice(0, 60)}" is unknown`,
    'use: watchbill witness [trust|key]',
    2,
  )

/** From standard input, since keys are pasted: one verifier key a line. */
const trust = async (logs: TrustedLogs, terminal: Terminal): Promise<number> => {
  const lines = (await terminal.readInput()).split('\n').map((line) => line.trim())
  const keys = lines.filter((line) => line !== '').map((line) => line.replace(/^log /, ''))
  if (keys.length === 0) {
    const mend =
      'echo "<verifier key>" | watchbill witness trust; the log\'s page and `watchbill log` show it'
    throw new Failure('witness trust: no key was given', 'standard input is empty', mend, 2)
  }
  for (const text of keys) {
    const key = notes.parseVerifierKey(text)
    if (key?.algorithm !== 'ed25519') {
      const why = `${JSON.stringify(text.slice(0, 120))} is not name+hash+key with an Ed25519 key`
      throw new Failure('witness trust: that is not the key of a log', why, 'copy it whole', 2)
    }
    const added = await logs.add(key)
    terminal.out(`${added ? 'trusts' : 'trusted already'}: ${key.name}, key ${key.keyId}`)
  }
  return 0
}

interface Listening {
  readonly host: string
  readonly port: number
  readonly json: boolean
}

/** Before a key is made: what was asked wrongly leaves nothing behind. */
const placeOf = (options: Options, env: NodeJS.ProcessEnv): Omit<Listening, 'json'> => ({
  host: requireBind(options.bind ?? '127.0.0.1', env),
  port: requirePort(options.port ?? '4141'),
})

const serve = async (
  { host, port, json }: Listening,
  folder: string,
  signer: notes.Signer,
  logs: TrustedLogs,
  terminal: Terminal,
): Promise<number> => {
  await logs.list()
  const store = createCheckpointStore(join(folder, 'checkpoints'))
  const made = createWitness({ store, signer, keysOf: logs.keysOf, now: Date.now })
  const about = `watchbill witness\n${signer.key.text}\n`
  const server = createWitnessServer(made, about, (line) => terminal.err(line))
  await listen(server, port, host)
  const url = urlOf(server, host)
  terminal.out(
    json ? JSON.stringify({ url, vkey: signer.key.text }) : `witness on ${url}\n${signer.key.text}`,
  )
  await new Promise<void>((done) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => done())
  })
  server.closeAllConnections()
  await new Promise((closed) => server.close(closed))
  return 0
}

const listen = (server: Server, port: number, host: string): Promise<void> =>
  new Promise((done, reject) => {
    server.once('error', reject)
    server.listen(port, host, done)
  })

const urlOf = (server: Server, host: string): string => {
  const address: AddressInfo | string | null = server.address()
  const port = typeof address === 'object' ? address?.port : null
  return `http://${isIP(host) === 6 ? `[${host}]` : host}:${port}`
}

/** Nothing secret travels, but an answer that was changed on its way is worth nothing (SECURITY "Web and API"). */
const requireBind = (host: string, env: NodeJS.ProcessEnv): string => {
  if (env.WATCHBILL_INSECURE_HTTP === '1' || (isIP(host) !== 0 && reachOf(host) === 'loopback')) return host
  const mend = 'put a TLS proxy in front of the loopback address, or set WATCHBILL_INSECURE_HTTP=1'
  throw new Failure(
    'witness: cannot listen there',
    `${host} is not a loopback address, and this is plain HTTP`,
    mend,
    2,
  )
}

const requirePort = (text: string): number => {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : -1
  if (port >= 0 && port <= 65_535) return port
  throw new Failure('witness: cannot listen there', `"${text.slice(0, 20)}" is not a port`, '--port 4141', 2)
}
