/** Half-open place in the query text, in UTF-16 units: what an editor underlines. */
export interface Span {
  readonly from: number
  readonly to: number
}

/**
 * In which order entries come. newest, oldest: by place in the log. latest, earliest: by the time their producer's clock
 * gave them, place deciding among equals.
 */
export const sorts = ['newest', 'oldest', 'latest', 'earliest'] as const
export type Sort = (typeof sorts)[number]

/** A query as every reader of it sees it: URL, API, command line, saved view, share scope and live tail (`parseQuery`). */
export interface AuditQuery {
  /** Null asks for every entry. */
  readonly where: Expr | null
  readonly sort: Sort
}

export type Expr = AllOf | AnyOf | Not | FieldTerm | RangeTerm | TextTerm

export interface AllOf {
  readonly kind: 'and'
  /** Two or more. */
  readonly of: readonly Expr[]
  readonly span: Span
}
export interface AnyOf {
  readonly kind: 'or'
  readonly of: readonly Expr[]
  readonly span: Span
}
export interface Not {
  readonly kind: 'not'
  readonly of: Expr
  readonly span: Span
}

/** `tool:Read,Write`: the field has one of these values. */
export interface FieldTerm {
  readonly kind: 'field'
  readonly field: WordField
  /** One or more; letters compare without case. */
  readonly values: readonly Value[]
  readonly span: Span
}
export interface Value {
  /** Without quotes and escapes; `*` stands for any run of characters where `wild`. `none` unquoted means: has no such value. */
  readonly text: string
  readonly wild: boolean
  /** `field:none`. Then `text` is empty. */
  readonly none: boolean
  readonly span: Span
}

/** `seq:100..200`, `after:2026-11-01`, `duration:>5s`: at least `min`, below `max`. */
export interface RangeTerm {
  readonly kind: 'range'
  readonly field: NumberField
  /** Inclusive; null is open. Times and durations in ms. */
  readonly min: number | null
  /** Exclusive; null is open. */
  readonly max: number | null
  readonly span: Span
}

/** A word or a quoted phrase looked for in what entries say. */
export interface TextTerm {
  readonly kind: 'text'
  readonly text: string
  /** `push*`: the last word may go on. */
  readonly prefix: boolean
  readonly span: Span
}

/** Fields that hold one of many values; `fields` says where each comes from. */
export const wordFields = [
  'action',
  'decision',
  'agent',
  'runtime',
  'machine',
  'tool',
  'session',
  'outcome',
  'by',
  'actor',
  'model',
  'cause',
  'share',
  'imported',
  'payload',
  'producer',
  'policy',
] as const
export type WordField = (typeof wordFields)[number]

export const numberFields = ['seq', 'time', 'duration'] as const
export type NumberField = (typeof numberFields)[number]

export type QueryField = WordField | NumberField

/**
 * Everything of one entry that a query can ask about; what is not known is null. `agent`, `machine` and `producer` are ids:
 * names are resolved before (`resolveQuery`). `text` is what free text looks in, never content.
 */
export interface EntryFacts {
  readonly words: Readonly<Partial<Record<WordField, string | null>>>
  readonly numbers: Readonly<Partial<Record<NumberField, number | null>>>
  readonly text: string
}
