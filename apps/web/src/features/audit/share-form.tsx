'use client'

import type { ReactNode, RefObject } from 'react'
import { Button } from '../../ui/button.tsx'
import type { ShareGiven } from './share-draft.ts'
import { type ShareFormState, useShareForm } from './share-form-state.ts'
import { ShareLife } from './share-life.tsx'
import type { MadeShare } from './share-made.tsx'
import { ShareMeaning } from './share-meaning.tsx'
import { ShareMembers } from './share-members.tsx'
import { SharePart, shareField } from './share-part.tsx'
import { ShareReach } from './share-reach.tsx'
import { refusalOf } from './share-refusal.ts'
import { ShareScopeChoice } from './share-scope-choice.tsx'

/** Everything a link is made of: what it shows, what it hides, when it ends, what it means. */
export function ShareForm({
  given,
  first,
  made,
  cancel,
}: {
  given: ShareGiven
  /** The field that gets the focus. */
  first: RefObject<HTMLInputElement | null>
  made: (share: MadeShare) => void
  cancel: () => void
}) {
  const form = useShareForm(given, made)
  return (
    <form onSubmit={(event) => void form.create(event)}>
      <h2 id="share-heading" className="px-4 py-3 text-title font-semibold">
        Share as a link
      </h2>
      <SharePart label={<label htmlFor="share-title">Title</label>}>
        <input
          id="share-title"
          ref={first}
          value={form.title}
          onChange={(event) => form.setTitle(event.target.value)}
          required
          pattern=".*\S.*"
          maxLength={120}
          autoComplete="off"
          placeholder="Refused pushes in November"
          aria-describedby="share-title-note"
          className={`${shareField} w-full`}
        />
        <p id="share-title-note" className="mt-1 text-muted">
          The visitor reads it above the entries.
        </p>
      </SharePart>
      <SharePart label="Shows">
        <ShareScopeChoice given={given} draft={form.draft} change={form.change} beyond={form.beyond} />
        <div className="mt-2">
          <Found form={form} />
        </div>
      </SharePart>
      {form.preview !== null && form.shareable && (
        <>
          <SharePart label="Hides">
            <ShareMembers members={form.preview.members} cover={form.cover} change={form.setCover} />
          </SharePart>
          <SharePart label="Cannot hide">
            <p>
              Every visitor sees the header of each entry: <Names of={form.preview.header} />.
            </p>
          </SharePart>
        </>
      )}
      <SharePart label="Ends">
        <ShareLife form={form} />
      </SharePart>
      <SharePart label="What it means">
        <ShareMeaning choice={form.draft.choice} />
      </SharePart>
      {/* Always in view, however long the list of members is. */}
      <div className="sticky bottom-0 flex flex-wrap items-center gap-2 border-t border-rule-strong bg-panel px-4 py-2.5">
        <Button disabled={!form.ready}>{form.busy ? 'Creating…' : 'Create link'}</Button>
        <Button onClick={cancel}>Cancel</Button>
        {form.refused !== null && (
          <p role="alert" className="text-failed">
            Not created: {form.refused}
          </p>
        )}
      </div>
    </form>
  )
}

function Found({ form: { scope, error, preview, current } }: { form: ShareFormState }): ReactNode {
  if (scope === null) return <p className="text-waiting">Name two places of the log, the first one first.</p>
  if (error === null) return <ShareReach preview={preview} current={current} />
  return (
    <p role="alert" className="text-failed">
      {refusalOf(error)}
    </p>
  )
}

function Names({ of: names }: { of: readonly string[] }) {
  return names.map((name, index) => (
    <span key={name}>
      {index > 0 && ', '}
      <code>{name}</code>
    </span>
  ))
}
