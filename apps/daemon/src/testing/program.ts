import { spawn } from 'node:child_process'

export interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** Runs the program to its end with exactly this environment (and PATH). */
export const run = (
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  input = '',
  node = process.execPath,
): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const child = spawn(node, [program, ...args], {
      env: { PATH: process.env.PATH ?? '', ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    let out = ''
    let err = ''
    child.stdout.on('data', (piece) => {
      out += String(piece)
    })
    child.stderr.on('data', (piece) => {
      err += String(piece)
    })
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, out, err }))
    child.stdin.end(input)
  })
