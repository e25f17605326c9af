import { Fault } from '@watchbill/contract/fault'

/** Text of document/checker.ts, put here by scripts/bundle.mjs; tests build it themselves (testing/share-checker.ts). */
declare const __SHARE_CHECKER__: string | undefined

/** The program that every share document carries. Throws Fault `unavailable` where the API runs from its sources. */
export const checkerText = (): string => {
  if (typeof __SHARE_CHECKER__ === 'string') return __SHARE_CHECKER__
  throw new Fault('unavailable', 'This deployment lacks the program that share documents carry.', {
    mend: 'Deploy what `npm run build` makes: apps/api/dist/serve.js, or edge.js at the edge.',
  })
}
