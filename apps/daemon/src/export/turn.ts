/** What was said or done within a turn, in the order of the file. */
export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'call'; readonly call: string | null; readonly tool: string; readonly input: unknown }
  | {
      readonly kind: 'result'
      readonly call: string | null
      readonly text: string
      readonly outcome: 'ok' | 'error' | 'denied' | 'unknown'
    }

export type Role = 'user' | 'assistant' | 'tool' | 'system'

/** One step of a conversation. Every text in it is foreign and as it stands in the file. */
export interface Turn {
  readonly role: Role
  /** As the row states it; null where it does not. */
  readonly at: string | null
  /** Sub-agent whose turn it is; null for the session itself. */
  readonly agent: string | null
  readonly pieces: readonly Piece[]
}

/** Reads one file's rows, line by line, as turns; holds at most one turn back, and ids of what was said. */
export interface TurnReader {
  line(text: string): readonly Turn[]
  end(): readonly Turn[]
}

export const textPiece = (text: string | null): Piece[] =>
  text === null || text.trim() === '' ? [] : [{ kind: 'text', text }]

export const turnOf = (
  role: Role,
  at: string | null,
  agent: string | null,
  pieces: readonly Piece[],
): Turn[] => (pieces.length === 0 ? [] : [{ role, at, agent, pieces }])
