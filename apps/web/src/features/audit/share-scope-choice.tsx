'use client'

import type { ReactNode } from 'react'
import { UntrustedText } from '../../ui/untrusted-text.tsx'
import type { ScopeChoice, ShareDraft, ShareGiven } from './share-draft.ts'
import { shareChoice, shareField } from './share-part.tsx'

interface Props {
  given: ShareGiven
  draft: ShareDraft
  change: (more: Partial<ShareDraft>) => void
  /** What the query asks about that headers do not say; empty: a visitor can run it again. */
  beyond: readonly string[]
}

/** Which entries: chosen ones, those that answer, or all between two places. */
export function ShareScopeChoice({ given, draft, change, beyond }: Props) {
  const { q, selected } = given
  const choice = (value: ScopeChoice, words: ReactNode) => (
    <label className={shareChoice}>
      <input
        type="radio"
        name="share-scope"
        checked={draft.choice === value}
        onChange={() => change({ choice: value })}
      />
      <span className="min-w-0 wrap-anywhere">{words}</span>
    </label>
  )
  return (
    <fieldset>
      <legend className="sr-only">Which entries</legend>
      {selected !== null && selected.length > 0 && choice('chosen', chosenWords(selected))}
      {choice(
        'answer',
        q === '' ? (
          'Every entry there is now'
        ) : (
          <>
            The entries that answer <UntrustedText code text={q} max={160} />
          </>
        ),
      )}
      {choice('range', 'Everything between two places, none left out')}
      {draft.choice === 'range' && <Range given={given} draft={draft} change={change} beyond={beyond} />}
    </fieldset>
  )
}

const chosenWords = (seqs: readonly number[]): string =>
  seqs.length === 1
    ? `Entry ${(seqs[0] ?? 0).toLocaleString('en-US')} alone`
    : `The ${seqs.length.toLocaleString('en-US')} entries you chose`

function Range({ given: { q }, draft, change, beyond }: Props) {
  const place = (label: string, value: string, set: (text: string) => void) => (
    <label className="flex items-center gap-2">
      {label}
      <input
        value={value}
        onChange={(event) => set(event.target.value)}
        inputMode="numeric"
        autoComplete="off"
        className={`${shareField} figures w-28`}
      />
    </label>
  )
  return (
    <div className="mt-1 flex flex-wrap items-center gap-x-4 gap-y-2 pl-6">
      {place('From entry', draft.first, (first) => change({ first }))}
      {place('to entry', draft.last, (last) => change({ last }))}
      {q !== '' && beyond.length > 0 && (
        <p className="basis-full text-muted">
          All are told in full: the query asks about {beyond.join(', ')}, which no header says, so a visitor
          could not run it again.
        </p>
      )}
      {q !== '' && beyond.length === 0 && (
        <label className={`${shareChoice} basis-full`}>
          <input
            type="checkbox"
            checked={draft.rerun}
            onChange={(event) => change({ rerun: event.target.checked })}
          />
          <span className="min-w-0 wrap-anywhere">
            Tell in full what answers <UntrustedText code text={q} max={160} />, headers alone of the others:
            the visitor’s browser has every header and runs the query again.
          </span>
        </label>
      )}
    </div>
  )
}
