'use client'

import { useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useApi } from '../../lib/api.ts'
import { kindWords } from '../../lib/evidence/contradiction.ts'
import { type LogView, provenCheckpoint } from '../../lib/evidence/log-view.ts'
import type { LogWatch } from '../../lib/evidence/log-watch.ts'
import { useMedia } from '../../lib/media.ts'
import { toRow } from './audit-rows.ts'
import { EntryCopies } from './entry-copies.tsx'
import { EntryFacts } from './entry-facts.tsx'
import { readHeader } from './entry-header.ts'
import { EntryMembers } from './entry-members.tsx'
import { type AgentNames, EntryWords } from './entry-words.tsx'
import { ProofGlyph } from './proof-glyph.tsx'
import { ProofPath } from './proof-path.tsx'
import { entryQuery } from './queries.ts'
import { RefineLinks } from './refine-links.tsx'
import type { RowProof } from './row-proof.ts'
import type { QueryText } from './use-query-text.ts'
import { useRowProofs } from './use-row-proofs.ts'

interface Props {
  seq: number
  view: LogView & { readonly watch: LogWatch }
  /** Of its row; an entry that stands in no row on screen is proven by itself. */
  proof: RowProof | undefined
  names: AgentNames
  query: QueryText
  /** To the row above (-1) or below (1); null at the end of the list. */
  step: (by: 1 | -1) => (() => void) | null
  close: () => void
}

const noPages: readonly [] = []

/** One entry: what it says, and what it is proven by, step by step. Beside the list; over it on narrow screens. */
export function EntryPeek(props: Props) {
  const { seq, step, close } = props
  const closer = useRef<HTMLButtonElement>(null)
  const narrow = useMedia('(width < 40rem)')
  useEffect(() => {
    if (narrow) closer.current?.focus()
  }, [narrow])
  return (
    <aside
      aria-label="Entry"
      className="fixed inset-0 z-40 overflow-y-auto border-l bg-panel pb-16 sm:inset-y-0 sm:left-auto sm:w-[420px] sm:pb-4 lg:sticky lg:top-11 lg:z-10 lg:h-[calc(100dvh-2.75rem)] lg:shrink-0 lg:self-start"
    >
      <div className="sticky top-0 z-10 flex h-11 items-center gap-3 border-b bg-panel px-4">
        <span className="flex-1 font-semibold">
          Entry <span className="figures">{seq.toLocaleString('en-US')}</span>
        </span>
        <span className="flex">
          <StepButton name="Previous entry" glyph="↑" go={step(-1)} />
          <StepButton name="Next entry" glyph="↓" go={step(1)} />
        </span>
        <EntryCopies seq={seq} />
        <button
          ref={closer}
          type="button"
          onClick={close}
          aria-label="Close"
          className="size-8 rounded hover:bg-hover"
        >
          <span aria-hidden="true">✕</span>
        </button>
      </div>
      <PeekBody key={seq} {...props} />
    </aside>
  )
}

function StepButton({ name, glyph, go }: { name: string; glyph: string; go: (() => void) | null }) {
  return (
    <button
      type="button"
      aria-label={name}
      disabled={go === null}
      onClick={() => go?.()}
      className="size-8 rounded hover:bg-hover disabled:text-rule-strong disabled:hover:bg-transparent"
    >
      <span aria-hidden="true">{glyph}</span>
    </button>
  )
}

function PeekBody({ seq, view, proof: listed, names, query }: Props) {
  const api = useApi()
  const [content, setContent] = useState(false)
  const proven = provenCheckpoint(view)
  // Asked again only until a proven checkpoint covers the entry: what is proven stays so.
  const covered = proven !== null && seq < proven.size
  const { data, error } = useQuery(entryQuery(api, seq, content, covered))
  const entry = data?.entry
  const alone = useMemo(
    () => (entry === undefined || listed !== undefined ? [] : [toRow(entry)]),
    [entry, listed],
  )
  const proof = useRowProofs(noPages, alone, view).get(seq) ?? listed
  if (data === undefined || entry === undefined)
    return <p className="px-4 py-4 text-muted">{error === null ? 'Reading the entry…' : error.message}</p>
  const header = readHeader(entry.header)
  return (
    <>
      <div className="px-4 pt-4 pb-3">
        <h2 className="text-title font-semibold wrap-anywhere">
          <EntryWords row={{ seq, entry, header }} />
        </h2>
        <p className="mt-1.5">
          <ProofGlyph proof={proof} />
        </p>
        {proof?.contradictions.map((one) => (
          <p key={one.kind} role="alert" className="mt-1 text-failed">
            {kindWords[one.kind]}: {one.detail}.
          </p>
        ))}
      </div>
      <RefineLinks entry={entry} header={header} query={query} />
      <EntryMembers entry={entry} showContent={content ? null : () => setContent(true)} />
      <EntryFacts entry={entry} header={header} names={names} />
      <ProofPath seq={seq} reply={data} view={view} />
    </>
  )
}
