import { rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createDataFolder, dataFolder } from '../data-folder.ts'
import { testFolder } from '../testing/folder.ts'
import { claim } from './claim.ts'

const handlers = async () => ({ status: () => null, stop: () => {} })

it('outlasts a lock that a starter left behind just now, even one that names nobody', async () => {
  const folder = dataFolder({ WATCHBILL_DATA: join(await testFolder(), 'data') })
  await createDataFolder(folder)
  await writeFile(folder.lock, '')
  const held = await claim(folder, handlers)
  expect(await held.isOurs()).toBe(true)
  await expect(stat(folder.lock)).rejects.toThrow('ENOENT')
  await held.release()
})

it('takes a lock over at once whose owner is dead', async () => {
  const folder = dataFolder({ WATCHBILL_DATA: join(await testFolder(), 'data') })
  await createDataFolder(folder)
  await writeFile(folder.lock, '999999999')
  const held = await claim(folder, handlers)
  await held.release()
  await rm(folder.lock, { force: true })
})
