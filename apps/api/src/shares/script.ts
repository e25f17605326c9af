/** Text of document/checker.ts, put here by scripts/bundle.mjs; tests build it themselves (testing/share-checker.ts). */
declare const __SHARE_CHECKER__: string | undefined

/** The program that every share document carries. */
export const checkerText = (): string => {
  if (typeof __SHARE_CHECKER__ === 'string') return __SHARE_CHECKER__
  throw new Error('the checker of share documents was not built: run `npm run build`')
}
