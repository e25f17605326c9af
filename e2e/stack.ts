import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const root = fileURLToPath(new URL('../', import.meta.url))
const api = `${root}apps/api/dist`
const execute = promisify(execFile)

/** The dashboard process of a test worker; control planes come and go behind it on one port. */
export interface Dashboard {
  readonly apiPort: number
  readonly url: string
  stop(): Promise<void>
}

export const startDashboard = async (): Promise<Dashboard> => {
  const apiPort = await freePort()
  const port = await freePort()
  const child = spawn(process.execPath, [`${root}apps/web/.next/standalone/apps/web/server.js`], {
    env: {
      ...process.env,
      PORT: String(port),
      HOSTNAME: '127.0.0.1',
      NODE_ENV: 'production',
      WATCHBILL_API_URL: `http://127.0.0.1:${apiPort}`,
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  await untilListening(port, child)
  return { apiPort, url: `http://127.0.0.1:${port}`, stop: () => end(child, 'SIGTERM') }
}

/** One control plane on a data folder of its own. */
export interface ControlPlane {
  /** Where a browser goes. */
  readonly url: string
  /** Where programs go. */
  readonly apiUrl: string
  readonly data: string
  readonly env: Readonly<Record<string, string>>
  admin(...args: string[]): Promise<string>
  kill(signal: NodeJS.Signals): Promise<void>
  /** Starts the process again on the same data and port. */
  restart(): Promise<void>
  stop(): Promise<void>
  pid(): number
}

export const startControlPlane = async (
  dashboard: Pick<Dashboard, 'apiPort' | 'url'>,
): Promise<ControlPlane> => {
  const data = await mkdtemp(join(tmpdir(), 'watchbill-e2e-'))
  const state = `${data}-state`
  const env = {
    WATCHBILL_PORT: String(dashboard.apiPort),
    WATCHBILL_DATA: data,
    // The second place lies outside the data folder (SECURITY "Log, sealer, keys"); here it goes when the data goes.
    XDG_STATE_HOME: state,
    WATCHBILL_API_URL: `http://127.0.0.1:${dashboard.apiPort}`,
    WATCHBILL_WEB_URL: dashboard.url,
  }
  const admin = async (...args: string[]) =>
    (
      await execute(process.execPath, [`${api}/admin.js`, ...args], { env: { ...process.env, ...env } })
    ).stdout.trim()
  await admin('migrate')
  await admin('workspace', 'init')
  const launch = async () => {
    const started = spawn(process.execPath, [`${api}/serve.js`], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    await untilListening(dashboard.apiPort, started)
    return started
  }
  let child = await launch()
  return {
    url: `http://watchbill.localhost:${dashboard.apiPort}`,
    apiUrl: env.WATCHBILL_API_URL,
    data,
    env,
    admin,
    kill: (signal) => end(child, signal),
    restart: async () => {
      child = await launch()
    },
    stop: async () => {
      await end(child, 'SIGTERM')
      for (const folder of [data, state]) await rm(folder, { recursive: true, force: true })
    },
    pid: () => child.pid ?? 0,
  }
}

/** A real daemon in the foreground over a home folder; enrolled the first time. */
export const startDaemon = async (plane: ControlPlane, home: string): Promise<ChildProcess> => {
  const program = `${root}apps/daemon/dist/watchbill.js`
  const env = { PATH: process.env.PATH, ...plane.env, HOME: home }
  if (!existsSync(join(plane.data, 'daemon', 'credential.json'))) {
    const enrolling = { ...env, WATCHBILL_ENROLL_TOKEN: await plane.admin('enroll-token') }
    await execute(process.execPath, [program, 'enroll', '--api', plane.apiUrl], { env: enrolling })
  }
  return spawn(process.execPath, [program, 'start', '--foreground'], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}

/** What the daemon says of itself (`watchbill status --json`); null while it does not run. */
export const daemonStatus = async (plane: ControlPlane, home: string): Promise<DaemonStatus | null> => {
  const program = `${root}apps/daemon/dist/watchbill.js`
  const env = { PATH: process.env.PATH, ...plane.env, HOME: home }
  const asked = execute(process.execPath, [program, 'status', '--json'], { env })
  const { stdout } = await asked.catch(() => ({ stdout: '{"daemon":null}' }))
  return JSON.parse(stdout).daemon
}

/** The part of it that tests look at. */
interface DaemonStatus {
  readonly entries: { readonly pending: number }
  readonly proofs: {
    readonly unproven: number
    readonly proven: number
    readonly log: { readonly size: number } | null
    readonly alarms: readonly { readonly kind: string }[]
    readonly restores: readonly { readonly from: number; readonly to: number }[]
  }
}

/** Ends a process we started and waits until it is gone. */
export const end = (child: ChildProcess, signal: NodeJS.Signals): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve()
    child.once('exit', () => resolve())
    child.kill(signal)
  })

/**
 * Below the range from which systems hand out ports (Linux 32768, others 49152): while control planes come and go
 * nobody gets it by chance, and whoever keeps connecting to it cannot be given that very port and reach itself.
 */
const freePort = async (): Promise<number> => {
  for (let tries = 0; tries < 100; tries += 1) {
    const port = 20_000 + Math.floor(Math.random() * 12_000)
    if (await isFree(port)) return port
  }
  throw new Error('no port is free')
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })

const untilListening = async (port: number, child: ChildProcess): Promise<void> => {
  for (let tries = 0; tries < 3600; tries += 1) {
    if (child.exitCode !== null)
      throw new Error(`the process ended with ${child.exitCode} before it listened`)
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1')
      socket.once('error', () => resolve(false))
      socket.once('connect', () => {
        socket.destroy()
        resolve(true)
      })
    })
    if (open) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`nothing listens on ${port}`)
}
