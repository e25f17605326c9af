'use client'

import { type RefObject, useMemo, useState } from 'react'
import { SuggestField } from '../../ui/suggest-field.tsx'
import { UntrustedText } from '../../ui/untrusted-text.tsx'
import { queryOf } from './filters.ts'
import { accept, type Known, suggest } from './query-known.ts'
import type { QueryProblem } from './query-problem.ts'
import { QueryProblemLine } from './query-problem-line.tsx'
import type { QueryText } from './use-query-text.ts'

const problemId = 'query-problem'

/** The bar: the query as text, completed at the caret; below it what is wrong, at its very place. */
export function QueryField({
  query,
  again,
  known,
  field,
  refusal,
}: {
  query: QueryText
  /** Asks what was applied once more. */
  again: () => void
  known: Known
  field: RefObject<HTMLInputElement | null>
  /** What the server said of the query that was applied; null while it answers. */
  refusal: QueryProblem | null
}) {
  const { text } = query
  const [caret, setCaret] = useState(text.length)
  const [place, setPlace] = useState<{ from: number; to: number } | null>(null)
  const found = useMemo(() => suggest(text, caret, known), [text, caret, known])
  const problem = query.problem ?? (text === (query.q ?? '') ? refusal : null)
  const take = (index: number) => {
    const option = found.options[index]
    if (option === undefined) return
    const taken = accept(text, found, option.insert)
    query.type(taken.text)
    setCaret(taken.caret)
    setPlace({ from: taken.caret, to: taken.caret })
  }
  return (
    <>
      <SuggestField
        label="Query"
        placeholder="decision:deny tool:Bash last:24h ( / )"
        text={text}
        caret={place}
        type={(next, at) => {
          query.type(next)
          setCaret(at)
        }}
        move={setCaret}
        suggestions={found.options.map(({ insert, label, summary }) => ({
          key: insert,
          label: <UntrustedText text={label.slice(0, 120)} max={120} />,
          detail: summary,
        }))}
        take={take}
        submit={() => {
          if (query.apply(text.trim()) && queryOf(text.trim()) === query.q) again()
        }}
        leave={() => {
          query.type(query.q ?? '')
          field.current?.blur()
        }}
        field={field}
        invalid={problem !== null}
        describedBy={problem === null ? undefined : problemId}
      />
      {problem !== null && <QueryProblemLine id={problemId} text={text} problem={problem} />}
    </>
  )
}
