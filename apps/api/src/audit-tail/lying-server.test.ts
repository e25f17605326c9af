import { join } from 'node:path'
import { notes } from '@watchbill/ledger'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Console, openConsole } from '../testing/audit-console.ts'
import { type Middleman, startMiddleman } from '../testing/installing.ts'

let desk: Console
let man: Middleman
beforeAll(async () => {
  man = await startMiddleman()
  desk = await openConsole({ WATCHBILL_PUBLIC_URL: man.url })
  man.port = desk.port
})
afterAll(async () => {
  await man.close()
  await desk.close()
})

type Json = Record<string, unknown>
/** Changes answers to calls of one path. */
type Lie = readonly [path: string, change: (body: Json) => unknown]
const tell = (...lies: readonly Lie[]) => {
  man.change = (path, body) => {
    const lie = lies.find(([start]) => path.startsWith(start))
    return lie === undefined ? body : Buffer.from(JSON.stringify(lie[1](JSON.parse(String(body)))))
  }
}
const entries = '/v1/audit/entries'
const changeEntry =
  (seq: number, change: (entry: Json) => Json) =>
  (page: Json): Json => ({
    ...page,
    entries: (page.entries as Json[]).map((entry) => (entry.seq === seq ? change(entry) : entry)),
  })

it('is not taken in by a control plane that lies, nor by somebody in between', async () => {
  const state = { WATCHBILL_API_URL: man.url, XDG_STATE_HOME: join(desk.home, 'lied-to') }
  const verify = () => desk.audit(['tool:Bash', '--verify'], desk.keys.reader, state)
  await desk.write({ request: 'git push' }, { request: 'git push' })
  await desk.untilSealed()
  const reader = desk.client(desk.keys.reader)
  const before = await reader.listEntries()
  const [seq = 0] = await desk.write({ request: 'git push' })
  await desk.untilSealed()
  const first = await verify()
  expect([first.stderr, first.code]).toEqual(['', 0])
  const { checkpoint } = await reader.listEntries()
  const note = notes.parseNote(checkpoint?.note ?? '')
  const origin = notes.parseCheckpoint(note?.text ?? '')?.origin ?? ''
  const forger = await notes.createSigner(origin, new Uint8Array(32).fill(9), 'ed25519')
  const forged = { ...checkpoint, note: await notes.signNote(note?.text ?? '', [forger]) }
  const text = (entry: Json) => String(entry.header).replace('tool.called', 'tool.killed')
  const cases: readonly (readonly [said: string, ...lies: Lie[]])[] = [
    [`entry ${seq}: inclusion`, [entries, changeEntry(seq, (entry) => ({ ...entry, header: text(entry) }))]],
    [
      `entry ${seq}: commitment`,
      [
        entries,
        changeEntry(seq, (entry) => JSON.parse(JSON.stringify(entry).replace('git push', 'git pull'))),
      ],
    ],
    [`entry ${seq}: commitment`, [entries, changeEntry(seq, (entry) => ({ ...entry, payload: 'withheld' }))]],
    [`entry ${seq}: unreadable`, [entries, changeEntry(seq, (entry) => ({ ...entry, header: '{"a":1}' }))]],
    ['checkpoint: history', [entries, (page) => ({ ...page, checkpoint: before.checkpoint })]],
    ['nobody you know signed it', [entries, (page) => ({ ...page, checkpoint: forged })]],
    [
      'NOT the key you have seen with this log before',
      [entries, (page) => ({ ...page, checkpoint: forged })],
      ['/v1/audit/log', (log) => ({ ...log, keys: [{ ...(log.keys as Json[])[0], vkey: forger.key.text }] })],
    ],
    [
      'entries: inclusion',
      ['/v1/audit/proofs', (proof) => ({ ...proof, hashes: [...(proof.hashes as string[])].reverse() })],
    ],
  ]
  for (const [said, ...lies] of cases) {
    tell(...lies)
    const { code, stdout, stderr } = await verify()
    expect([code, stdout + stderr], said).toEqual([1, expect.stringContaining(said)])
  }
  tell()
  // Nothing of all that was remembered.
  const honest = await verify()
  expect([honest.code, honest.stdout]).toEqual([0, expect.stringContaining('this log extends it')])
})
