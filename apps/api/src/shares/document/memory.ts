import type { SeenTree } from '@watchbill/ledger/share'

const nameOf = (origin: string): string => `watchbill.seen ${origin}`

/** The largest tree of a log that this browser saw proven; null without one, and where nothing can be kept. */
export const recall = (origin: string): SeenTree | null => {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(nameOf(origin)) ?? 'null')
    return isTree(value) ? value : null
  } catch {
    return null
  }
}

/** Trust on first use (SECURITY): what was proven once is asked for ever after. Whether it could be kept. */
export const remember = (origin: string, { size, root }: SeenTree): boolean => {
  try {
    if ((recall(origin)?.size ?? 0) <= size)
      localStorage.setItem(nameOf(origin), JSON.stringify({ size, root }))
    return true
  } catch {
    return false
  }
}

const isTree = (value: unknown): value is SeenTree =>
  typeof value === 'object' &&
  value !== null &&
  'size' in value &&
  Number.isSafeInteger(value.size) &&
  'root' in value &&
  typeof value.root === 'string'
