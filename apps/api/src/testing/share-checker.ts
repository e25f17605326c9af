import { vi } from 'vitest'
import { buildShareChecker } from '../../share-checker.mjs'

/** Puts the checker where scripts/bundle.mjs puts it in a build. Returns its text. */
export const useShareChecker = async (): Promise<string> => {
  const { text } = await buildShareChecker()
  vi.stubGlobal('__SHARE_CHECKER__', text)
  return text
}
