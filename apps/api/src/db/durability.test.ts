import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openTestDatabase, type TestDatabase } from '../testing/database.ts'
import { expectWhole } from '../testing/whole-log.ts'
import { changeWrites } from './journal.ts'

const program = fileURLToPath(new URL('../testing/writer-process.ts', import.meta.url))
const rounds = process.env.WATCHBILL_DRILLS === '1' ? 30 : 3

let database: TestDatabase
beforeEach(async () => {
  database = await openTestDatabase()
})
afterEach(() => database.cleanup())

/** Resolves when the writer ends by itself or, after `killAfter` acknowledgements, by SIGKILL. Gives what it was acknowledged. */
const runWriter = (name: string, count: number, killAfter = Number.POSITIVE_INFINITY): Promise<string[]> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', program, database.url, name, String(count)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const acknowledged: string[] = []
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('ack ')) acknowledged.push(line.slice(4))
      if (acknowledged.length === killAfter) child.kill('SIGKILL')
    })
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (code === 0 || signal === 'SIGKILL') resolve(acknowledged)
      else reject(new Error(`the writer ended with ${code ?? signal}`))
    })
  })

const readRefs = async () => {
  const rows = await database.raw("SELECT seq, ref FROM changes WHERE workspace_id = 'default' ORDER BY seq")
  expect(rows.map((row) => row.seq)).toEqual(rows.map((_, index) => index + 1))
  return rows.map((row) => String(row.ref))
}

it(`loses nothing it acknowledged and doubles nothing, killed ${rounds} times`, async () => {
  const acknowledged: string[] = []
  for (let round = 0; round < rounds; round += 1) {
    acknowledged.push(...(await runWriter(`round${round}`, 100_000, 35 + round * 17)))
    const refs = await readRefs()
    expect(refs).toEqual(expect.arrayContaining(acknowledged))
    expect(new Set(refs).size).toBe(refs.length)
  }
  expect(acknowledged.length).toBeGreaterThan(35)
  expect(await database.raw('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
  await expectWhole(database, 'default')
})

it('shares the file with other processes: nobody fails, nobody takes a place twice', async () => {
  let stop = false
  const own: string[] = []
  const writeHere = async () => {
    for (let n = 0; !stop; n += 1) {
      await database.record(
        {
          type: 'key.revoked',
          workspace: 'default',
          actor: { kind: 'installation', id: 'own' },
          data: { key: `own-${n}` },
        },
        ...changeWrites('default', 'agent', [`own-${n}`], n),
      )
      own.push(`own-${n}`)
    }
  }
  const here = writeHere()
  const others = await Promise.all(['a', 'b', 'c'].map((name) => runWriter(name, 150)))
  stop = true
  await here
  const refs = await readRefs()
  expect(refs).toHaveLength(450 + own.length)
  expect([...refs].sort()).toEqual([...others.flat(), ...own].sort())
  await expectWhole(database, 'default')
})
