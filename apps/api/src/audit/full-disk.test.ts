import { execFileSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ProducedEntry } from '@watchbill/contract/audit'
import { afterEach, expect, it } from 'vitest'
import { openAt } from '../testing/database.ts'
import { createProducer } from '../testing/entry-samples.ts'
import { buildPrograms, type Programs } from '../testing/process.ts'
import { expectWhole } from '../testing/whole-log.ts'

let programs: Programs | null = null
let mounted = false
afterEach(async () => {
  const path = programs?.data
  if (mounted && path !== undefined) execFileSync('umount', ['-l', path])
  await programs?.cleanup()
})

const mount = (path: string): boolean => {
  try {
    const options = ['-t', 'tmpfs', '-o', 'size=6m,mode=0700', 'tmpfs', path]
    execFileSync('mount', options, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

it('a full disk: 503 with Retry-After, nothing acknowledged that is not there, and recovery by itself', async (context) => {
  programs = await buildPrograms()
  const { data } = programs
  mounted = mount(data)
  if (!mounted) {
    console.warn('NOT RUN: this user may not mount a small disk')
    return context.skip()
  }
  const { port, child, ended } = await programs.serve()
  const token = (await programs.admin(['key', 'create', '--scope', 'entry:write'])).stdout.trim()
  const post = (entries: readonly ProducedEntry[]) =>
    fetch(`http://127.0.0.1:${port}/v1/audit/entries`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ entries }),
    })
  const producer = createProducer('full disk')
  const acknowledged: string[] = []
  let refused: readonly ProducedEntry[] = []
  for (let n = 0; refused.length === 0 && n < 200; n += 1) {
    const batch = producer.take(200)
    const response = await post(batch)
    if (response.ok) acknowledged.push(...batch.map(({ header }) => header))
    else {
      expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1'])
      refused = batch
    }
    // Room for a while, then none.
    if (n === 2) writeFileSync(join(data, 'filler'), new Uint8Array(1_500_000))
  }
  expect(refused.length).toBeGreaterThan(0)
  rmSync(join(data, 'filler'), { force: true })
  const again = await post(refused)
  expect([again.status, await again.text()]).toEqual([200, expect.stringContaining('"stored"')])
  acknowledged.push(...refused.map(({ header }) => header))
  child.kill('SIGKILL')
  await ended
  const database = await openAt(`file:${data}/watchbill.db`, {}, () => {})
  const headers = await expectWhole(database, 'default')
  expect(headers.filter((header) => header.includes(producer.id))).toEqual(acknowledged)
  await database.cleanup()
})
