import { hash } from './hash.ts'
import type { Unread } from './runtime.ts'
import { createThread } from './thread.ts'
import type { Thread } from './thread-state.ts'

/** What was learnt from one file so far: every runtime's state, plain JSON. */
export interface FileState {
  /** Session the file belongs to; null until a row or the path says. */
  sessionId: string | null
  /** By hashed id, so that no foreign text becomes a property name. */
  threads: Record<string, Thread>
  unread: Unread
}

export const createFile = (sessionId: string | null): FileState => ({ sessionId, threads: {}, unread: {} })

const kindLimit = 40

/** Counts a row nobody can use, by kind; after 40 kinds the rest share one name. */
export const countUnread = (file: FileState, kind: string): void => {
  const known = Object.hasOwn(file.unread, kind) || Object.keys(file.unread).length < kindLimit
  const name = known ? kind : 'other kinds'
  file.unread[name] = (file.unread[name] ?? 0) + 1
}

/** The type of an unknown row is foreign text: only plain names are repeated. */
export const countUnknown = (file: FileState, type: unknown): void => {
  const plain = typeof type === 'string' && /^[A-Za-z][A-Za-z0-9_./-]{0,59}$/.test(type)
  countUnread(file, plain ? `unknown row ${type}` : 'row without a type')
}

const threadLimit = 500

/** The thread of `id`, made when new. Past 500 sub-agents of one file the rest share the last. */
export const threadIn = (
  file: FileState,
  id: string,
  kind: Thread['kind'],
  parent: string | null,
): Thread => {
  const slot = hash(`${kind}|${id}`)
  const known = Object.hasOwn(file.threads, slot) ? file.threads[slot] : undefined
  if (known !== undefined) return known
  const all = Object.values(file.threads)
  const last = all[all.length - 1]
  if (all.length >= threadLimit && last !== undefined) return last
  const made = createThread(id, kind, parent)
  file.threads[slot] = made
  return made
}
