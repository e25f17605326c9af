import type { AuditQuery, Expr, FieldTerm, Value } from './ast.ts'
import { matchValue } from './match.ts'

/** Who bears which name now. */
export interface Directory {
  readonly agents: readonly {
    readonly id: string
    readonly name: string
    readonly runtime: string
    readonly machineId: string
  }[]
  readonly machines: readonly { readonly id: string; readonly name: string }[]
}

/** The machine of what the control plane itself recorded: not an id, and no machine of that name is meant by it. */
const controlPlane = 'control-plane'

/**
 * The query about ids, which needs no directory any more: a share or a live tail that holds it never widens when names are
 * given anew. Runtimes become their agents. What nobody is called stays, and matches nothing: resolve once.
 */
export const resolveQuery = (query: AuditQuery, directory: Directory): AuditQuery => ({
  ...query,
  where: query.where && resolveExpr(query.where, directory),
})

const resolveExpr = (expr: Expr, directory: Directory): Expr => {
  if (expr.kind === 'and' || expr.kind === 'or')
    return { ...expr, of: expr.of.map((one) => resolveExpr(one, directory)) }
  if (expr.kind === 'not') return { ...expr, of: resolveExpr(expr.of, directory) }
  return expr.kind === 'field' ? resolveField(expr, directory) : expr
}

const resolveField = (term: FieldTerm, { agents, machines }: Directory): FieldTerm => {
  if (term.field === 'agent') return { ...term, values: resolveValues(term.values, agents) }
  if (term.field === 'runtime') {
    const called = agents.map(({ id, runtime }) => ({ id, name: runtime }))
    return { ...term, field: 'agent', values: resolveValues(term.values, called) }
  }
  if (term.field !== 'machine') return term
  const ours = { id: controlPlane, name: controlPlane }
  return { ...term, values: resolveValues(term.values, [ours, ...machines]) }
}

interface Bearer {
  readonly id: string
  readonly name: string
}

/** Every id once. */
const resolveValues = (values: readonly Value[], bearers: readonly Bearer[]): readonly Value[] => {
  const resolved = values.flatMap((value) => resolveValue(value, bearers))
  return [...new Map(resolved.map((value) => [`${value.none}${value.wild}${value.text}`, value])).values()]
}

const resolveValue = (value: Value, bearers: readonly Bearer[]): readonly Value[] => {
  // `*` alone is whoever there is, known or not.
  if (value.none || (value.wild && /^\*+$/.test(value.text))) return [value]
  const byId = bearers.filter(({ id }) => matchValue(value, id))
  const byName = bearers.filter(({ name }) => matchValue(value, name))
  // A name that looks like somebody's id must not speak for them.
  const meant = !value.wild && byId.length > 0 ? byId : [...byId, ...byName]
  // A wildcard nobody fits is frozen as the text it is: as a wildcard it would fit an id that comes later.
  if (meant.length === 0) return [{ ...value, wild: false }]
  return meant.map(({ id }) => ({ ...value, text: id, wild: false }))
}
