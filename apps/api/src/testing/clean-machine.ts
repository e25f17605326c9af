import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Client, createClient } from '@watchbill/contract/client'
import type { Machine } from '@watchbill/contract/machines'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { leanPath, type Middleman, type Pasted, packDaemon, paste, startMiddleman } from './installing.ts'
import { buildPrograms, type Programs } from './process.ts'
import { until } from './until.ts'

/** A machine as it comes: a home with little in it, Node, curl and coreutils; and a control plane it can reach. */
export interface CleanMachine {
  readonly scratch: string
  readonly home: string
  readonly env: Readonly<Record<string, string>>
  /** Between the machine and the control plane. */
  readonly man: Middleman
  newToken(): Promise<string>
  /** The line of the settings page. */
  lineFor(token: string): string
  /** The line without a token. */
  readonly bareLine: string
  run(line: string, more?: Record<string, string>): Promise<Pasted>
  /** The installed command. */
  watchbill(args: string): Promise<Pasted>
  /** Pastes a fresh line and waits until the machine is listed. */
  install(): Promise<void>
  /** As the control plane lists them. */
  machines(): Promise<readonly Machine[]>
  readonly credentialPath: string
}

let programs: Programs
let man: Middleman
let client: Client

/** One control plane for a test file; a clean machine for each test, whose daemon ends with it. */
export const withCleanMachines = (): (() => CleanMachine) => {
  let machine: CleanMachine
  beforeAll(startControlPlane)
  afterAll(async () => {
    await man.close()
    await programs.cleanup()
  })
  beforeEach(() => {
    machine = createMachine()
  })
  afterEach(async () => {
    man.change = (_path, body) => body
    for (const place of [join(machine.home, '.watchbill-agent'), join(machine.scratch, 'elsewhere')]) {
      if (existsSync(join(place, 'bin/watchbill'))) await machine.run(`${quoted(place)}/bin/watchbill stop`)
    }
    rmSync(machine.scratch, { recursive: true, force: true, maxRetries: 10 })
  })
  return () => machine
}

const startControlPlane = async (): Promise<void> => {
  programs = await buildPrograms()
  await packDaemon(join(programs.folder, 'watchbill.tgz'))
  man = await startMiddleman()
  man.port = (await programs.serve({ WATCHBILL_PUBLIC_URL: man.url })).port ?? 0
  const key = await programs.admin(['key', 'create', '--scope', 'fleet:read'])
  client = createClient({ baseUrl: man.url, token: key.stdout.trim() })
}

export const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

const createMachine = (): CleanMachine => {
  const scratch = mkdtempSync(join(tmpdir(), 'watchbill-install-'))
  // A name that a careless script trips over.
  const home = join(scratch, "a home, o'clock $(id)")
  mkdirSync(join(home, '.local/bin'), { recursive: true })
  writeFileSync(join(home, '.profile'), 'export EDITOR=vi\n')
  const env = { HOME: home, PATH: leanPath(join(scratch, 'path')) }
  const credentialPath = join(home, '.watchbill-agent/data/daemon/credential.json')
  const bareLine = `sh -c "$(curl -fsSL ${man.url}/install)"`
  const newToken = async () => (await programs.admin(['enroll-token'])).stdout.trim()
  const lineFor = (token: string) => `WATCHBILL_ENROLL_TOKEN=${token} ${bareLine}`
  const run = (line: string, more: Record<string, string> = {}) => paste(line, { ...env, ...more })
  const machines = async () => (await client.listMachines()).machines
  const watchbill = (args: string) => run(`"$HOME/.local/bin/watchbill" ${args}`)
  const install = async () => {
    const done = await run(lineFor(await newToken()))
    expect(done, done.err).toMatchObject({ code: 0, err: '' })
    const { machineId } = JSON.parse(readFileSync(credentialPath, 'utf8'))
    await until(async () => (await machines()).some(({ id }) => id === machineId))
  }
  return {
    scratch,
    home,
    env,
    man,
    newToken,
    lineFor,
    bareLine,
    run,
    watchbill,
    install,
    machines,
    credentialPath,
  }
}
