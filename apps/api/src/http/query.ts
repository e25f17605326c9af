import type { Endpoint } from '@watchbill/contract/endpoint'
import { Fault } from '@watchbill/contract/fault'

export interface Query {
  readonly query: Readonly<Record<string, string>>
  /** `?workspace=` stands on every row, so it is taken out before the row's own schema looks. */
  readonly workspace: string | null
}

/** Reads the query string. A name given twice is refused, but for probes, where Kubernetes repeats `exclude`. */
export const readQuery = (request: Request, row: Endpoint): Query => {
  const found = new Map<string, string>()
  for (const [name, value] of new URL(request.url).searchParams) {
    const before = found.get(name)
    if (before !== undefined && row.errors !== 'probe') throw givenTwice(name)
    found.set(name, before === undefined ? value : `${before},${value}`)
  }
  const workspace = found.get('workspace') ?? null
  found.delete('workspace')
  return { query: Object.fromEntries(found), workspace }
}

const givenTwice = (name: string) =>
  new Fault('invalid_request', 'a query parameter is given twice', {
    errors: [{ pointer: `query.${name.slice(0, 80)}`, detail: 'given twice' }],
  })
