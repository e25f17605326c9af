import type { Tokens } from '@watchbill/contract/sessions'

/** What `sessionSums` selects. */
export interface SumsRow {
  readonly tokens_input: number | null
  readonly tokens_cache_read: number | null
  readonly tokens_cache_write: number | null
  readonly tokens_output: number | null
  readonly tokens_reasoning: number | null
  readonly cost_micro_usd: number | null
  readonly denials: number | null
}

export const tokensOf = (row: SumsRow): Tokens => ({
  input: row.tokens_input,
  cacheRead: row.tokens_cache_read,
  cacheWrite: row.tokens_cache_write,
  output: row.tokens_output,
  reasoning: row.tokens_reasoning,
})
