import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type Frontier, merkle, notes } from '@watchbill/ledger'
import { afterEach, expect, it } from 'vitest'
import { testFolder } from '../testing/folder.ts'
import { createCheckpointStore, logId } from './checkpoint-store.ts'
import { formatHash } from './hash-text.ts'
import { createWitnessServer } from './server.ts'
import { createWitness } from './witness.ts'

const origin = 'example.org/log/default'
const seedOf = (text: string) => new Uint8Array(createHash('sha256').update(text).digest())
const log = await notes.createSigner(origin, seedOf('log'), 'ed25519')
const stranger = await notes.createSigner(origin, seedOf('stranger'), 'ed25519')
const witnessKey = await notes.createSigner('witness.example/w1', seedOf('witness'), 'cosignature')

/** Leaves of two logs that agree on the first 5. */
const leaves = (name: string) =>
  Array.from({ length: 40 }, (_, index) => merkle.leafHash(seedOf(`${index < 5 ? 'both' : name} ${index}`)))
const ours = leaves('ours')
const fork = leaves('fork')

const rootAt = (all: readonly Uint8Array[], size: number): Uint8Array =>
  merkle.rootOf(
    all.slice(0, size).reduce<Frontier>((tree, leaf) => merkle.appendLeaf(tree, leaf), merkle.emptyFrontier),
  )

/** By the definition (RFC 6962 §2.1), for a tree this small. */
const nodeAt = (all: readonly Uint8Array[], level: number, index: number): Uint8Array =>
  level === 0
    ? (all[index] ?? new Uint8Array())
    : merkle.nodeHash(nodeAt(all, level - 1, index * 2), nodeAt(all, level - 1, index * 2 + 1))

const proofOf = (all: readonly Uint8Array[], from: number, to: number): string[] =>
  merkle
    .foldProof(merkle.planConsistency(from, to), ({ level, index }) => nodeAt(all, level, index))
    .map(formatHash)

const checkpointOf = (
  all: readonly Uint8Array[],
  size: number,
  signer = log,
  name = origin,
): Promise<string> =>
  notes.signNote(notes.formatCheckpoint({ origin: name, size, root: rootAt(all, size) }), [signer])

const ask = async (all: readonly Uint8Array[], from: number, to: number, signer = log): Promise<string> =>
  [`old ${from}`, ...proofOf(all, from, to), '', await checkpointOf(all, to, signer)].join('\n')

const open: Server[] = []
afterEach(() => {
  for (const server of open.splice(0)) server.close()
})

const serve = async (folder: string): Promise<string> => {
  const witness = createWitness({
    store: createCheckpointStore(folder),
    signer: witnessKey,
    keysOf: async (name) => (name === origin ? [log.key] : []),
    now: () => 1_795_176_000_000,
  })
  const server = createWitnessServer(witness, 'about\n', () => {})
  open.push(server)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  // A listening TCP server has an address of this shape (net.Server.address).
  const address = server.address() as AddressInfo
  return `http://127.0.0.1:${address.port}`
}

const post = async (url: string, body: string | Uint8Array) => {
  const response = await fetch(`${url}/add-checkpoint`, {
    method: 'POST',
    body: Uint8Array.from(Buffer.from(body)),
  })
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    body: await response.text(),
  }
}

it('holds a whole conversation as C2SP tlog-witness spells it', async () => {
  const url = await serve(await testFolder())
  const good = await ask(ours, 0, 5)
  const emptyNote = await notes.signNote(
    notes.formatCheckpoint({ origin, size: 0, root: seedOf('not the empty tree') }),
    [log],
  )
  const transcript: [what: string, body: string | Uint8Array, status: number, answer?: string][] = [
    ['nothing', '', 400],
    ['no empty line', good.replace('\n\n', '\n'), 400],
    ['a size with a leading zero', good.replace('old 0', 'old 00'), 400],
    ['a sign before the size', good.replace('old 0', 'old +0'), 400],
    ['a hash in base64url', `old 5\n${'-'.repeat(43)}=\n\n${await checkpointOf(ours, 8)}`, 400],
    [
      '64 hashes',
      `old 5\n${`${formatHash(ours[0] ?? new Uint8Array())}\n`.repeat(64)}\n${await checkpointOf(ours, 8)}`,
      400,
    ],
    ['bytes that are no UTF-8', Buffer.concat([Buffer.from(good), Buffer.from([0xff])]), 400],
    ['a checkpoint without a signature', good.slice(0, good.lastIndexOf('\n\n') + 1), 400],
    [
      'another log',
      `old 0\n\n${await checkpointOf(ours, 5, await notes.createSigner('other.example', seedOf('o'), 'ed25519'), 'other.example')}`,
      404,
    ],
    ['a stranger who signs as the log', await ask(ours, 0, 5, stranger), 403],
    ['an old size above the new one', `old 6\n\n${await checkpointOf(ours, 5)}`, 400],
    ['an old size that was never cosigned', await ask(ours, 3, 5), 409, '0\n'],
    [
      'a proof where none may be',
      `old 0\n${formatHash(ours[0] ?? new Uint8Array())}\n\n${await checkpointOf(ours, 5)}`,
      422,
    ],
    ['an empty tree with another root', `old 0\n\n${emptyNote}`, 422],
    ['the first checkpoint', good, 200],
    ['the same with the old size', good, 409, '5\n'],
    ['the same size again', `old 5\n\n${await checkpointOf(ours, 5)}`, 200],
    ['the same size, another root', `old 5\n\n${await checkpointOf(leaves('x').reverse(), 5)}`, 422],
    [
      'a proof of another tree',
      ['old 5', ...proofOf(fork, 5, 12), '', await checkpointOf(ours, 12)].join('\n'),
      422,
    ],
    ['no proof', `old 5\n\n${await checkpointOf(ours, 12)}`, 422],
    ['growth', await ask(ours, 5, 12), 200],
    ['a fork with a proof that fits it', await ask(fork, 5, 13), 409, '12\n'],
    ['a fork from where we are', await ask(fork, 12, 20), 422],
    ['more growth', await ask(ours, 12, 40), 200],
  ]
  for (const [what, body, status, answer] of transcript) {
    const got = await post(url, body)
    expect([what, got.status]).toEqual([what, status])
    if (answer === undefined) continue
    expect([got.type, got.body]).toEqual(['text/x.tlog.size', answer])
  }
})

it('answers with a cosignature that its key holds, and shows monitors the newest checkpoint', async () => {
  const url = await serve(await testFolder())
  const { body } = await post(url, await ask(ours, 0, 7))
  expect(body).toMatch(/^\u2014 witness\.example\/w1 [A-Za-z0-9+/=]+\n$/)
  const note = (await checkpointOf(ours, 7)) + body
  const { verified } = await notes.verifyNote(note, [witnessKey.key])
  expect(verified.map(({ timeSeconds }) => timeSeconds)).toEqual([1_795_176_000])
  const shown = await fetch(`${url}/${logId(origin)}/checkpoint`)
  expect([shown.status, await shown.text()]).toEqual([200, note])
  expect((await fetch(`${url}/${logId('nobody')}/checkpoint`)).status).toBe(404)
  expect((await fetch(`${url}/add-checkpoint`)).status).toBe(404)
  expect((await fetch(url, { method: 'POST', body: 'x' })).status).toBe(405)
  expect(await (await fetch(url)).text()).toBe('about\n')
})

it('keeps no line of a stranger, however many come with a checkpoint', async () => {
  const url = await serve(await testFolder())
  const lines = await Promise.all(
    Array.from({ length: 99 }, async (_, index) => {
      const one = await notes.createSigner(`s${index}.example`, seedOf(`s${index}`), 'cosignature')
      return notes.cosignLine(notes.formatCheckpoint({ origin, size: 5, root: rootAt(ours, 5) }), one, 1)
    }),
  )
  const crowded = notes.addSignatures(await checkpointOf(ours, 5), lines)
  expect((await post(url, `old 0\n\n${crowded}`)).status).toBe(200)
  expect((await post(url, await ask(ours, 5, 9))).status).toBe(200)
  const kept = await (await fetch(`${url}/${logId(origin)}/checkpoint`)).text()
  expect(notes.parseNote(kept)?.signatures.map(({ name }) => name)).toEqual([origin, 'witness.example/w1'])
})

it.each([1, 2])(
  'lets exactly one of two forks through, served by %i processes on one folder',
  async (count) => {
    for (let round = 0; round < 5; round += 1) {
      const folder = await testFolder()
      const urls = [await serve(folder), count === 1 ? '' : await serve(folder)]
      const [first = '', second = ''] = urls
      expect((await post(first, await ask(ours, 0, 5))).status).toBe(200)
      const bodies = [await ask(ours, 5, 20), await ask(fork, 5, 20)]
      const answers = await Promise.all(
        bodies.map((body, index) => post(index === 0 ? first : second || first, body)),
      )
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409])
      const won = answers[0]?.status === 200 ? ours : fork
      const kept = await (await fetch(`${first}/${logId(origin)}/checkpoint`)).text()
      expect(kept).toContain(formatHash(rootAt(won, 20)))
      expect(await readdir(join(folder, logId(origin)))).toHaveLength(1)
    }
  },
)

it('cosigns nothing of a log whose record it cannot read', async () => {
  const folder = await testFolder()
  const url = await serve(folder)
  await createCheckpointStore(folder).put(logId(origin), 0, 'torn')
  expect((await post(url, await ask(ours, 0, 5))).status).toBe(500)
})
