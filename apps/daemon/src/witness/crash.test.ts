import { spawn } from 'node:child_process'
import { createHash, randomInt } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import { type Frontier, merkle, notes } from '@watchbill/ledger'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { buildProgram } from '../testing/bundle.ts'
import { drillCount, testFolder } from '../testing/folder.ts'
import { run } from '../testing/program.ts'
import { logId } from './checkpoint-store.ts'
import { formatHash } from './hash-text.ts'

const origin = 'example.org/log/crash'
const hash = (text: string) => new Uint8Array(createHash('sha256').update(text).digest())
const signer = await notes.createSigner(origin, hash('seed'), 'ed25519')

let program = ''
beforeAll(async () => {
  program = await buildProgram()
})
afterAll(async () => {
  // Without a program there is no folder: the dirname of nothing is the working directory.
  if (program !== '') await rm(dirname(dirname(dirname(dirname(program)))), { recursive: true, force: true })
})

/** A tree of equal leaves: every complete subtree of one height has one hash, so any proof is a matter of folding. */
const leaf = merkle.leafHash(hash('leaf'))
const nodes = [leaf]
const nodeAt = (level: number): Uint8Array => {
  const known = nodes[level]
  if (known) return known
  const below = nodeAt(level - 1)
  const made = merkle.nodeHash(below, below)
  nodes[level] = made
  return made
}
const rootAt = (size: number): Uint8Array => {
  const roots: Uint8Array[] = []
  for (let level = 0; 2 ** level <= size; level += 1)
    if (Math.floor(size / 2 ** level) % 2 === 1) roots.unshift(nodeAt(level))
  const frontier: Frontier = { size, roots }
  return merkle.rootOf(frontier)
}

const ask = async (from: number, to: number): Promise<string> => {
  const proof = merkle.foldProof(merkle.planConsistency(from, to), ({ level }) => nodeAt(level))
  const note = await notes.signNote(notes.formatCheckpoint({ origin, size: to, root: rootAt(to) }), [signer])
  return [`old ${from}`, ...proof.map(formatHash), '', note].join('\n')
}

const post = async (url: string, body: string) => {
  const response = await fetch(`${url}/add-checkpoint`, { method: 'POST', body })
  return { status: response.status, text: await response.text() }
}

const begin = async (folder: string) => {
  const args = [program, 'witness', '--folder', folder, '--port', '0', '--json']
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise((resolve) => child.on('close', resolve))
  for await (const line of createInterface(child.stdout)) {
    const said: { url: string } = JSON.parse(line)
    return { url: said.url, child, ended }
  }
  throw new Error('the witness ended before it listened')
}

it('never forgets what it cosigned, killed at random moments', async () => {
  const folder = await testFolder()
  const trusted = await run(program, ['witness', 'trust', '--folder', folder], {}, signer.key.text)
  expect(trusted.code, trusted.err).toBe(0)
  let acknowledged = 0
  for (let round = 0; round < drillCount(4, 60); round += 1) {
    const { url, child, ended } = await begin(folder)
    const latest = Number((await post(url, await ask(0, acknowledged + 1))).text)
    // The first round answers with a signature instead of a size.
    if (Number.isInteger(latest)) expect(latest).toBeGreaterThanOrEqual(acknowledged)
    acknowledged = Number.isInteger(latest) ? latest : 1
    setTimeout(() => child.kill('SIGKILL'), randomInt(5, 120))
    for (;;) {
      const answer = await post(url, await ask(acknowledged, acknowledged + 7)).catch(() => null)
      if (answer === null) break
      expect(answer.status).toBe(200)
      acknowledged += 7
    }
    await ended
  }
  const { url, child, ended } = await begin(folder)
  const kept = await (await fetch(`${url}/${logId(origin)}/checkpoint`)).text()
  const size = Number(kept.split('\n')[1])
  expect(size).toBeGreaterThanOrEqual(acknowledged)
  expect(kept).toContain(formatHash(rootAt(size)))
  child.kill('SIGTERM')
  expect(await ended).toBe(0)
}, 300_000)

it('is asked wrongly, and says how to ask', async () => {
  const folder = await testFolder()
  const ask = (...args: string[]) => run(program, ['witness', ...args, '--folder', folder], {})
  expect((await ask('trust')).code).toBe(2)
  expect((await ask('dance')).code).toBe(2)
  expect((await ask('--bind', '0.0.0.0')).err).toContain('not a loopback address')
  expect((await ask('--port', '70000')).code).toBe(2)
  const first = await ask('key', '--name', 'witness.example/a')
  expect(first.out).toMatch(/^witness\.example\/a\+[0-9a-f]{8}\+B/)
  expect((await ask('key')).out).toBe(first.out)
  expect((await ask('key', '--name', 'other')).err).toContain('this witness is called witness.example/a')
})
