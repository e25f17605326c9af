import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { testFolder } from '../testing/folder.ts'
import { sinkMachineId } from '../testing/sink.ts'
import { fillTheRest, mountSmallDisk } from '../testing/small-disk.ts'
import { LogMemory } from './log-memory.ts'

const note = (size: number) => `example.org/log/default\n${size}\n${'A'.repeat(43)}=\n\n${'x'.repeat(4000)}\n`
const checkpoint = (size: number) => ({
  epoch: 0,
  origin: 'example.org/log/default',
  size,
  root: 'A'.repeat(43),
  note: note(size),
})

it('learns on a full disk, again and again: what it knows is what lets the rest go', async (context) => {
  const disk = join(await testFolder(), 'disk')
  if (!mountSmallDisk(disk, 256)) {
    console.warn('NOT RUN: this user may not mount a small disk')
    return context.skip()
  }
  const path = join(disk, 'log-memory.json')
  const room = { damaged: () => {}, relieve: async () => {} }
  const memory = await LogMemory.open(path, sinkMachineId, room)
  for (const size of [1, 2, 3]) {
    fillTheRest(disk)
    await memory.learn({ checkpoint: checkpoint(size) })
    expect(JSON.parse(await readFile(path, 'utf8')).checkpoint.size).toBe(size)
  }
  expect((await LogMemory.open(path, sinkMachineId, room)).known.checkpoint?.size).toBe(3)
})
