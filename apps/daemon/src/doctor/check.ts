/** One thing looked at. `warn`: it works, and somebody should know; `fail`: it does not. */
export interface Check {
  readonly name: string
  readonly state: 'ok' | 'warn' | 'fail'
  readonly found: string
  /** Both null when it is ok. */
  readonly why: string | null
  readonly mend: string | null
}

export const ok = (name: string, found: string): Check => ({
  name,
  state: 'ok',
  found,
  why: null,
  mend: null,
})

export const warn = (name: string, found: string, why: string, mend: string): Check => ({
  name,
  state: 'warn',
  found,
  why,
  mend,
})

export const fail = (name: string, found: string, why: string, mend: string): Check => ({
  name,
  state: 'fail',
  found,
  why,
  mend,
})
