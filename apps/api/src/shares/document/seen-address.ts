import { type Disclosure, parseCheckpoint, parseNote, type SeenTree } from '@watchbill/ledger/share'

/**
 * Where a page is to be asked for, once, so that it connects with what this browser saw of the log before; null: it does, or
 * cannot. `search`: of the address it has.
 */
export const seenAddress = (
  { newest, checkpoint, seen }: Pick<Disclosure, 'newest' | 'checkpoint' | 'seen'>,
  memory: SeenTree | null,
  search: string,
): string | null => {
  const asked = new URLSearchParams(search)
  const sizes = [newest?.checkpoint ?? checkpoint, checkpoint].map(sizeOf)
  const [size = null] = sizes
  if (memory === null || size === null || sizes.includes(memory.size)) return null
  // A page about an older tree may be shorter than what was seen of its log; the newest may not.
  if (memory.size > size) return asked.has('at') ? `?seen=${memory.size}` : null
  return seen !== null || asked.has('seen') ? null : `?at=${size}&seen=${memory.size}`
}

const sizeOf = (note: string): number | null => parseCheckpoint(parseNote(note)?.text ?? '')?.size ?? null
