import { expect, it } from 'vitest'
import { Serial } from './serial.ts'

it('never runs a key twice at once, runs again when asked meanwhile, and keeps to its width (row 4)', async () => {
  const running = new Set<string>()
  const counts = new Map<string, number>()
  let most = 0
  const serial = new Serial(3, async (key) => {
    expect(running.has(key)).toBe(false)
    running.add(key)
    most = Math.max(most, running.size)
    await new Promise((resolve) => setImmediate(resolve))
    running.delete(key)
    counts.set(key, (counts.get(key) ?? 0) + 1)
  })
  for (const key of ['a', 'b', 'c', 'd', 'e']) serial.ask(key)
  serial.ask('a')
  serial.ask('a')
  serial.ask('e')
  await serial.settled()
  expect(Object.fromEntries(counts)).toEqual({ a: 2, b: 1, c: 1, d: 1, e: 1 })
  expect(most).toBe(3)
})

it('keeps one key in line even when there is room for more', async () => {
  let running = 0
  let runs = 0
  const serial = new Serial(8, async () => {
    running += 1
    runs += 1
    expect(running).toBe(1)
    await new Promise((resolve) => setImmediate(resolve))
    running -= 1
  })
  serial.ask('a')
  serial.ask('a')
  await serial.settled()
  expect(runs).toBe(2)
})

it('drops what waits when it is closed, and ends with what runs', async () => {
  const done: string[] = []
  const serial = new Serial(1, async (key) => {
    await new Promise((resolve) => setImmediate(resolve))
    done.push(key)
  })
  serial.ask('a')
  serial.ask('b')
  await serial.close()
  serial.ask('c')
  await serial.settled()
  expect(done).toEqual(['a'])
})
