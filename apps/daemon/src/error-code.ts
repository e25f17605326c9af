/** The `code` of a system error (`ENOENT`), or null where it has none. */
export const errorCode = (error: unknown): string | null =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null

/** One line that says what went wrong, for logs and status. */
export const errorText = (error: unknown): string => (error instanceof Error ? error.message : String(error))
