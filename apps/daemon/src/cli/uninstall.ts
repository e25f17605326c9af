import { readdir, rm, rmdir } from 'node:fs/promises'
import { errorText } from '../error-code.ts'
import type { Manager } from '../service/service-manager.ts'
import { type Item, listItems } from '../uninstall/inventory.ts'
import { findPlace, type Place } from '../uninstall/place.ts'
import { Failure } from './failure.ts'
import { findServices } from './installed-services.ts'
import { removeService } from './service.ts'
import { stopDaemon } from './stop.ts'
import type { Terminal } from './terminal.ts'

interface Wish {
  readonly keepData: boolean
  readonly dryRun: boolean
  readonly json: boolean
}

/** `uninstall`: lists what the install script and the daemon wrote, ends the daemon, and takes all of it away. */
export const uninstall = async (args: readonly string[], terminal: Terminal): Promise<number> => {
  const wish = readWish(args)
  // In the bundle this is the bundle's own address, and around it lies what was installed.
  const place = await findPlace(import.meta.url)
  if (place === null) throw notInstalled()
  const own = { ...terminal, env: { ...terminal.env, WATCHBILL_DATA: place.data } }
  const services = await findServices(import.meta.url, own)
  const items = await listItems(place, wish.keepData)
  const all = [...services.map(serviceItem), ...items]
  if (!wish.json) for (const line of listing(all, wish)) terminal.out(line)
  if (wish.dryRun) {
    terminal.out(
      wish.json ? JSON.stringify({ dryRun: true, items: all }) : 'Nothing was removed: this was a dry run.',
    )
    return 0
  }
  for (const service of services) await removeService(service, own.env)
  const stopped = await stopDaemon(own.env)
  const left = await removeAll(place, items)
  const kept = wish.keepData ? [place.data] : left
  const facts = { dryRun: false, items: all, stopped: stopped !== null, kept }
  for (const line of wish.json ? [JSON.stringify(facts)] : ending(place, wish, left, stopped))
    terminal.out(line)
  return 0
}

const serviceItem = ({ path, text }: Manager): Item => ({
  path,
  what: 'service',
  files: 1,
  sizeBytes: Buffer.byteLength(text),
})

const readWish = (args: readonly string[]): Wish => {
  const known = ['--keep-data', '--dry-run', '--json']
  const strange = args.find((arg) => !known.includes(arg))
  if (strange !== undefined) {
    const usage = 'use: watchbill uninstall [--dry-run] [--keep-data] [--json]'
    throw new Failure('uninstall: the arguments were not understood', `unknown: ${strange}`, usage, 2)
  }
  const has = (name: string) => args.includes(name)
  return { keepData: has('--keep-data'), dryRun: has('--dry-run'), json: has('--json') }
}

const notInstalled = (): Failure =>
  new Failure(
    'there is nothing to uninstall',
    'this watchbill was not put here by the install script of a control plane',
    'run the one that was: ~/.watchbill-agent/bin/watchbill uninstall; of a checkout delete the folder',
  )

const listing = (items: readonly Item[], wish: Wish): string[] => [
  wish.dryRun ? 'Would remove:' : 'Removing:',
  ...items.map(({ path, what, files, sizeBytes }) => {
    const amount = files === 1 ? '1 file' : `${files} files`
    return `  ${path}  (${what}, ${amount}, ${Math.ceil(sizeBytes / 1024)} KiB)`
  }),
]

/** Answers with what somebody else put into the folder: it stays, and so does the folder. */
const removeAll = async (place: Place, items: readonly Item[]): Promise<string[]> => {
  for (const { path } of items) {
    await rm(path, { recursive: true, force: true }).catch((error: unknown) => {
      const why = `${path}: ${errorText(error)}`
      throw new Failure('not everything was removed', why, 'make it yours to delete, then run it again')
    })
  }
  const left = await readdir(place.prefix)
  if (left.length === 0) await rmdir(place.prefix)
  return left.map((name) => `${place.prefix}/${name}`)
}

const ending = (place: Place, wish: Wish, left: readonly string[], stopped: number | null): string[] => {
  const daemon = stopped === null ? 'The daemon was not running' : `The daemon has stopped (pid ${stopped})`
  if (wish.keepData) return [`${daemon}; its data stays in ${place.data}, and installing again finds it.`]
  const rest = left.length === 0 ? 'nothing is left' : `not ours, so it stays: ${left.join(', ')}`
  return [
    `${daemon}; ${rest}.`,
    'The control plane still lists this machine; its credential can be revoked there, under Settings.',
  ]
}
