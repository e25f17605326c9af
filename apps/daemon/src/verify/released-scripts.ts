/** SHA-256 of the checker that this build's share documents carry, hex; put here by scripts/bundle.mjs. */
declare const __SHARE_SCRIPT_SHA256__: string | undefined

/** Those of older releases: their documents are still about. */
const older: readonly string[] = []

/** Checkers of share documents that we released, by the SHA-256 of their exact text. */
export const releasedScripts = (): ReadonlySet<string> =>
  new Set(typeof __SHARE_SCRIPT_SHA256__ === 'string' ? [__SHARE_SCRIPT_SHA256__, ...older] : older)
