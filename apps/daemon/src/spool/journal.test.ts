import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { testFolder } from '../testing/folder.ts'
import { Journal } from './journal.ts'

const records = [{ a: 1 }, { b: 'grüße\n' }, { c: [1, 2] }]

it('keeps every whole record whichever byte the file was torn at, and goes on behind it', async () => {
  const path = join(await testFolder(), 'log')
  const { journal } = await Journal.open(path)
  await journal.append(records)
  await journal.close()
  const whole = await readFile(path)
  const ends = [0, ...[...whole.keys()].filter((at) => whole[at] === 10).map((at) => at + 1)]
  for (let cut = 0; cut <= whole.length; cut += 1) {
    await writeFile(path, whole.subarray(0, cut))
    const opened = await Journal.open(path)
    const sound = ends.filter((end) => end <= cut).length - 1
    expect(opened.replay.records).toEqual(records.slice(0, sound))
    await opened.journal.append([{ next: cut }])
    await opened.journal.close()
    const again = await Journal.open(path)
    expect(again.replay).toEqual({ records: [...records.slice(0, sound), { next: cut }], damaged: 0 })
    await again.journal.close()
  }
})

it('leaves out damaged lines in the middle and counts them', async () => {
  const path = join(await testFolder(), 'log')
  const { journal } = await Journal.open(path)
  await journal.append(records)
  await journal.close()
  const text = await readFile(path, 'utf8')
  await writeFile(path, text.replace('"b"', '"B"'))
  const { replay, journal: next } = await Journal.open(path)
  await next.close()
  expect(replay).toEqual({ records: [{ a: 1 }, { c: [1, 2] }], damaged: 1 })
})

it('is replaced whole by a rewrite, and stays private', async () => {
  const path = join(await testFolder(), 'log')
  const { journal } = await Journal.open(path)
  await journal.append(records)
  await journal.rewrite(() => [{ only: true }])
  await journal.append([{ after: 1 }])
  await journal.close()
  const { replay, journal: next } = await Journal.open(path)
  await next.close()
  expect(replay.records).toEqual([{ only: true }, { after: 1 }])
  expect((await stat(path)).mode & 0o777).toBe(0o600)
})
