// biome-ignore-all lint/a11y/useSemanticElements: a table element cannot hold virtual rows
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus, aria-activedescendant names the row
import type { agentSorts } from '@watchbill/contract/agents'
import { columns, gridClass } from './columns.ts'

type Sort = (typeof agentSorts)[number]

/** Column names; those the server can sort by are buttons. Each order has the one direction that makes sense. */
export function TableHead({ sort, choose }: { sort: Sort; choose: (sort: Sort) => void }) {
  return (
    <div
      role="row"
      aria-rowindex={1}
      className={`${gridClass} sticky top-11 z-10 h-[28px] border-b border-rule-strong bg-ground text-small text-muted max-sm:sr-only`}
    >
      {columns.map((column, index) => {
        const key = column.sort
        const chosen = key !== null && key === sort
        return (
          <div
            key={column.name}
            role="columnheader"
            aria-colindex={index + 1}
            aria-sort={chosen ? (falling.has(sort) ? 'descending' : 'ascending') : undefined}
            className={`truncate ${column.className}`}
          >
            {key === null ? (
              column.name || <span className="sr-only">Sessions shown</span>
            ) : (
              <button
                type="button"
                onClick={() => choose(key)}
                className={`min-h-6 hover:text-ink ${chosen ? 'font-semibold text-ink' : ''}`}
              >
                {column.name}
                {chosen && <span aria-hidden="true">{falling.has(sort) ? ' ↓' : ' ↑'}</span>}
              </button>
            )}
          </div>
        )
      })}
    </div>
  )
}

const falling: ReadonlySet<Sort> = new Set(['attention', 'seen', 'tokens', 'cost'])
