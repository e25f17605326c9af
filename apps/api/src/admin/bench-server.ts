import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The server as it ships, in a process of its own, and what Linux says of it (proc(5)). */
export interface BenchServer {
  readonly port: number
  /** Processor time used so far, s. */
  cpuSeconds(): number
  rssBytes(): number
  /** A credential with these scopes, comma-separated; unless said it may write entries. */
  key(scopes?: string): Promise<string>
  stop(): Promise<void>
}

/** Where its database lies. */
export const servedDatabase = (folder: string): string => join(folder, 'served', 'watchbill.db')

/** Data and state lie in `folder`. Rejects with what it said when it ends instead of listening. */
export const startServer = async (folder: string): Promise<BenchServer> => {
  const env = {
    PATH: process.env.PATH ?? '',
    WATCHBILL_DATA: join(folder, 'served'),
    XDG_STATE_HOME: join(folder, 'state'),
    WATCHBILL_PORT: '0',
  }
  const start = (program: string, ...args: readonly string[]) =>
    // As `npm start` starts it.
    spawn(process.execPath, ['--max-semi-space-size=4', beside(program), ...args], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  const child = start('serve.js')
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  return {
    port: await untilListening(child, ended),
    ...processOf(child.pid),
    key: (scopes = 'entry:write') => outputOf(start('admin.js', 'key', 'create', '--scope', scopes)),
    async stop() {
      child.kill('SIGTERM')
      await ended
    },
  }
}

const beside = (program: string): string => fileURLToPath(new URL(program, import.meta.url))

const untilListening = (child: ChildProcess, ended: Promise<void>): Promise<number> =>
  new Promise((resolve, reject) => {
    let said = ''
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said = said.slice(-4000) + text
      const [, port] = /"msg":"listening".*"port":(\d+)/.exec(said) ?? []
      if (port !== undefined) resolve(Number(port))
    })
    void ended.then(() => reject(new Error(`the server did not start: ${said}`)))
  })

const processOf = (pid: number | undefined): Pick<BenchServer, 'cpuSeconds' | 'rssBytes'> => {
  const read = (file: string) => readFileSync(`/proc/${pid}/${file}`, 'utf8')
  return {
    cpuSeconds() {
      // utime and stime are the 14th and 15th field, in ticks of 10 ms; the name before them may hold spaces.
      const [user = '0', system = '0'] = (read('stat').split(') ')[1] ?? '').split(' ').slice(11)
      return (Number(user) + Number(system)) / 100
    },
    rssBytes: () => Number(/VmRSS:\s+(\d+)/.exec(read('status'))?.[1]) * 1024,
  }
}

const outputOf = async (child: ChildProcess): Promise<string> => {
  let out = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    out += text
  })
  const code = await new Promise((resolve) => child.once('close', resolve))
  if (code !== 0) throw new Error(`the console ended with ${code}`)
  return out.trim()
}
