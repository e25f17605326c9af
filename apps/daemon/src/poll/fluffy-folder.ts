import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Gathered } from '@watchbill/runtimes'
import type { FixedRoot } from '../collect/open-below.ts'
import type { Source } from './ask.ts'
import { folderRoot } from './folder-root.ts'
import { documentOf, notGathered } from './gathered.ts'
import { copyDatabase, databaseMark } from './sqlite/private-copy.ts'
import { readStateRow } from './sqlite/state-row.ts'

const file = 'state.db'
const limits = { databaseBytes: 8 * 1024 * 1024, walBytes: 32 * 1024 * 1024, attempts: 5 }

interface Held {
  readonly mark: string
  readonly row: Gathered
}

/** A project's `.fluffy` folder: the state row, read out of a private copy only when database or log have changed. */
export const fluffyFolder = (path: string): Source => {
  const root = folderRoot(path)
  let held: Held | null = null
  const read = async (nowMs: number): Promise<Record<string, Gathered>> => {
    const fixed = await root()
    const mark = await databaseMark(fixed, file, nowMs)
    if (mark === null || held?.mark !== mark) {
      const row = await readRow(fixed).catch(notGathered)
      // The mark from before the copy: what changed during it will be read again.
      held = mark === null || row.kind === 'silent' ? null : { mark, row }
      return { ...(await goneSocket(fixed)), [file]: row }
    }
    return { ...(await goneSocket(fixed)), [file]: held.row }
  }
  return {
    address: path,
    gather: ({ nowMs }) => read(nowMs).catch((error: unknown) => ({ [file]: notGathered(error) })),
  }
}

const readRow = async (root: FixedRoot): Promise<Gathered> => {
  const row = await readStateRow(await copyDatabase(root, file, limits))
  return row === null ? { kind: 'absent' } : documentOf(new TextEncoder().encode(row.data), row.updatedAt)
}

/**
 * A kernel that ended takes its socket out of the `ipc` folder it made (reference §4.1): the one way to tell stopped from
 * silent without asking it, which would leave an audit row each time. A socket elsewhere makes no such folder.
 */
const goneSocket = async (root: FixedRoot): Promise<Record<string, Gathered>> => {
  const exists = (name: string) =>
    lstat(join(root.path, name)).then(
      () => true,
      () => false,
    )
  const gone = (await exists('ipc')) && !(await exists('ipc/kernel.sock'))
  return gone ? { 'test.ping': { kind: 'absent' } } : {}
}
