import { execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { createServer, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const root = fileURLToPath(new URL('../../../../', import.meta.url))

/** The daemon's own target of the build, into a folder of its own. */
const bundleDaemon = `
  import { build } from 'esbuild'
  import { targets } from './scripts/bundle.mjs'
  await build({ ...targets[1], outdir: process.argv[1] })`

/** Builds the daemon as it ships, and packs it to `target` by the build's own script. */
export const packDaemon = async (target: string): Promise<void> => {
  const dist = mkdtempSync(join(tmpdir(), 'watchbill-dist-'))
  const run = promisify(execFile)
  const node = (...args: string[]) => run(process.execPath, args, { cwd: root })
  await node('--input-type=module', '--eval', bundleDaemon, dist)
  await node('scripts/tarball.mjs', dist, target)
  rmSync(dist, { recursive: true })
}

/** A folder for PATH with Node, curl, sh and coreutils in it, and nothing else: no tar, no gzip, no npm. */
export const leanPath = (folder: string, without: readonly string[] = []): string => {
  mkdirSync(folder, { recursive: true })
  for (const name of ['sh', 'curl', 'mkdir', 'mv', 'rm', 'ln', 'readlink', 'uname', 'stty', 'cat']) {
    const from = ['/usr/bin', '/bin'].map((place) => join(place, name)).find(existsSync)
    if (from !== undefined && !without.includes(name)) symlinkSync(from, join(folder, name))
  }
  if (!without.includes('node')) symlinkSync(process.execPath, join(folder, 'node'))
  return folder
}

export interface Pasted {
  readonly code: number | null
  readonly out: string
  readonly err: string
  readonly seconds: number
}

/** Types a line into a real sh, as a person who pastes it: the line is in no argument. `pid` is the shell's group. */
export const paste = (
  line: string,
  env: Readonly<Record<string, string>>,
  started: (pid: number) => void = () => undefined,
): Promise<Pasted> =>
  new Promise((resolve, reject) => {
    const since = performance.now()
    // A session of its own: there is no terminal to ask.
    const child = spawn('/bin/sh', { env, cwd: env.HOME, stdio: 'pipe', detached: true })
    let out = ''
    let err = ''
    child.stdout.on('data', (piece) => {
      out += String(piece)
    })
    child.stderr.on('data', (piece) => {
      err += String(piece)
    })
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, out, err, seconds: (performance.now() - since) / 1000 }))
    child.stdin.end(`${line}\n`)
    started(child.pid ?? 0)
  })

/** Every path below a folder with its kind and content, sorted. Nobody may be writing there. */
export const listing = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .map((entry) => {
      const path = join(entry.parentPath, entry.name)
      const content = entry.isFile() ? createHash('sha256').update(readFileSync(path)).digest('hex') : ''
      return `${path} ${entry.isDirectory() ? 'folder' : entry.isSymbolicLink() ? 'link' : 'file'} ${content}`
    })
    .sort()

export interface Sighting {
  /** Command lines that held the secret. */
  readonly inArguments: ReadonlySet<string>
  /** Command lines of processes that held it in their environment. */
  readonly inEnvironment: ReadonlySet<string>
}

/** Reads every process's arguments and environment again and again until `work` ends; no rounds where there is no /proc. */
export const watchProcesses = async (
  secret: string,
  work: () => Promise<unknown>,
): Promise<Sighting & { readonly rounds: number }> => {
  const inArguments = new Set<string>()
  const inEnvironment = new Set<string>()
  let rounds = 0
  let over = !existsSync('/proc/self/environ')
  const worked = work().finally(() => {
    over = true
  })
  while (!over) {
    rounds += 1
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      const line = readProc(pid, 'cmdline')
      if (line.includes(secret)) inArguments.add(line)
      // One in the middle of its exec has no arguments yet; it has them once it has an environment.
      if (Number(pid) !== process.pid && readProc(pid, 'environ').includes(secret))
        inEnvironment.add(line || readProc(pid, 'cmdline'))
    }
    await new Promise((resolve) => setImmediate(resolve))
  }
  await worked
  return { inArguments, inEnvironment, rounds }
}

export const readProc = (pid: number | string, name: 'cmdline' | 'environ'): string => {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8').replaceAll('\0', ' ').trim()
  } catch {
    return ''
  }
}

/** Someone between machine and control plane: may change a body, or never answer (null). */
export interface Middleman {
  readonly url: string
  /** Where it passes requests on to. */
  port: number
  change: (path: string, body: Buffer) => Buffer | null
  close(): Promise<void>
}

export const startMiddleman = async (): Promise<Middleman> => {
  const server = createServer((asked, answer) => {
    const { method, headers, url: path = '/' } = asked
    const onward = request({ host: '127.0.0.1', port: man.port, method, headers, path }, async (reply) => {
      const parts: Buffer[] = []
      for await (const part of reply) parts.push(Buffer.from(part))
      const body = man.change(path, Buffer.concat(parts))
      if (body === null) return
      answer.writeHead(reply.statusCode ?? 502, { ...reply.headers, 'content-length': body.length })
      answer.end(body)
    })
    onward.on('error', () => answer.destroy())
    asked.pipe(onward)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const own = typeof address === 'object' && address !== null ? address.port : 0
  const man: Middleman = {
    url: `http://127.0.0.1:${own}`,
    port: 0,
    change: (_path, body) => body,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return man
}
