'use client'

import { toggleTerm } from '@watchbill/contract/audit-query'
import type { Facet, FacetField } from '@watchbill/contract/audit-search'
import { type MouseEvent, useMemo, useState } from 'react'
import { plainText } from '../../lib/reveal.ts'
import { Quantity } from '../../ui/quantity.tsx'
import { UntrustedText } from '../../ui/untrusted-text.tsx'
import { type FacetRow, facetRows } from './facet-rows.ts'
import type { Names } from './query-chips.tsx'
import { choicesOf, toggleNot } from './query-edit.ts'
import type { QueryText } from './use-query-text.ts'

/** Values of one field shown before "more". */
const few = 8

/** How the answer is spread; a click asks for a value, "not" keeps it out. On a phone it opens as a sheet. */
export function AuditFacets({
  facets,
  query,
  names,
  old,
  skip,
}: {
  facets: readonly Facet[]
  query: QueryText
  names: Names
  /** The counts are those of what was asked before. */
  old: boolean
  /** To the entries, past all of these. */
  skip: () => void
}) {
  const [open, setOpen] = useState(false)
  const choices = useMemo(() => choicesOf(query.text, query.now), [query.text, query.now])
  return (
    <section
      aria-label="Facets"
      className="print-hide border-b lg:w-52 lg:shrink-0 lg:border-r lg:border-b-0 lg:pb-6"
    >
      <button
        type="button"
        onClick={skip}
        className="sr-only min-h-7 px-4 text-left underline focus-visible:not-sr-only sm:px-6"
      >
        Skip to the entries
      </button>
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className="flex h-9 w-full items-center px-4 text-left hover:bg-hover sm:px-6 lg:hidden"
      >
        <span className="min-w-0 flex-1 truncate">Narrow by action, decision, tool, agent…</span>
        <span aria-hidden="true">{open ? '▴' : '▾'}</span>
      </button>
      <div
        aria-busy={old}
        className={`${open ? 'grid' : 'hidden'} grid-cols-1 gap-x-6 px-2 pb-3 sm:grid-cols-2 sm:px-4 lg:sticky lg:top-11 lg:block lg:max-h-[calc(100dvh-2.75rem)] lg:overflow-y-auto lg:px-0 ${old ? 'opacity-60' : ''}`}
      >
        {facets.map((facet) => (
          <FacetList
            key={facet.field}
            facet={facet}
            rows={facetRows(facet, choices, names)}
            choose={(word, not) =>
              query.edit((text) =>
                not ? toggleNot(text, facet.field, word, query.now) : toggleTerm(text, facet.field, word),
              )
            }
          />
        ))}
      </div>
    </section>
  )
}

type Choose = (word: string | null, not: boolean) => void

function FacetList({ facet, rows, choose }: { facet: Facet; rows: readonly FacetRow[]; choose: Choose }) {
  const [all, setAll] = useState(false)
  const shown = all ? rows : rows.filter((row, index) => index < few || row.mark !== null)
  const more = rows.length - shown.length
  return (
    <fieldset className="min-w-0 pt-3">
      <legend className="float-left w-full px-2 text-small text-muted lg:pl-6">{facet.field}</legend>
      <ul className="clear-both">
        {shown.map((row) => (
          <FacetValue key={row.value ?? ' none'} field={facet.field} row={row} choose={choose} />
        ))}
      </ul>
      {rows.length === 0 && <p className="px-2 text-muted lg:pl-6">–</p>}
      {(more > 0 || all) && rows.length > few && (
        <button
          type="button"
          aria-expanded={all}
          onClick={() => setAll(!all)}
          className="h-6 px-2 text-muted underline hover:text-ink lg:pl-6"
        >
          {all ? 'Fewer' : `${more} more`}
        </button>
      )}
      {facet.more > 0 && (all || rows.length <= few) && (
        <p className="px-2 text-small text-muted lg:pl-6">
          {facet.more.toLocaleString('en-US')} others: type <code>{facet.field}:</code>
        </p>
      )}
    </fieldset>
  )
}

const glyphs = { asked: '✓', kept: '–' } as const

function FacetValue({ field, row, choose }: { field: FacetField; row: FacetRow; choose: Choose }) {
  const { word, label, count, mark } = row
  const press = (event: MouseEvent) => choose(word, event.shiftKey || event.altKey)
  return (
    <li className="group relative flex items-center">
      <button
        type="button"
        aria-pressed={mark === 'asked'}
        onClick={press}
        title={plainText(label ?? 'none')}
        className="flex h-6 min-w-0 flex-1 items-center gap-1 px-2 text-left hover:bg-hover aria-pressed:bg-chosen lg:pr-3 lg:pl-2"
      >
        <span aria-hidden="true" className="w-3 shrink-0 text-center">
          {mark === null ? '' : glyphs[mark]}
        </span>
        <span className={`min-w-0 flex-1 truncate ${mark === 'kept' ? 'text-muted line-through' : ''}`}>
          {label === null ? (
            <span className="text-muted">none</span>
          ) : (
            <UntrustedText text={label.slice(0, 80)} max={80} />
          )}
        </span>
        <span className="text-muted group-focus-within:invisible group-hover:invisible max-lg:group-focus-within:visible max-lg:group-hover:visible">
          {mark === 'kept' ? null : <Quantity value={count} kind="compact" />}
        </span>
      </button>
      <button
        type="button"
        aria-pressed={mark === 'kept'}
        aria-label={`not ${field} ${plainText(label ?? 'none')}`}
        onClick={() => choose(word, true)}
        className="h-6 min-w-6 px-2 text-small text-muted hover:bg-hover hover:text-ink aria-pressed:text-failed lg:absolute lg:right-1 lg:opacity-0 lg:group-focus-within:opacity-100 lg:group-hover:opacity-100 lg:aria-pressed:opacity-100"
      >
        not
      </button>
    </li>
  )
}
