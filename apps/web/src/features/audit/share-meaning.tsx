import type { ScopeChoice } from './share-draft.ts'

/** What a link means, before it is made: no more is claimed than holds. */
export function ShareMeaning({ choice }: { choice: ScopeChoice }) {
  return (
    <ul className="list-disc pl-4">
      <li>Whoever has the link can open it, without an account, until it ends or you revoke it.</li>
      <li>Every opening is recorded as an entry: that it was opened and when, never by whom.</li>
      <li>
        {choice === 'range'
          ? 'The visitor’s browser checks that every place of the range is there, none left out.'
          : 'The visitor’s browser checks that what is shown stands in the log. It cannot check that nothing was left out, and the page says so.'}
      </li>
    </ul>
  )
}
