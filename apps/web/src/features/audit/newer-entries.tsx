import { Button } from '../../ui/button.tsx'
import type { EntryList } from './use-entries.ts'

/** One page towards the end, where the list was opened in the middle. */
export function NewerEntries({
  newer,
  steady,
}: {
  newer: EntryList['newer']
  /** Called right before rows are put above those on screen. */
  steady: () => void
}) {
  if (newer === null) return null
  return (
    <p className="border-b px-4 py-1.5 sm:px-6">
      <Button
        disabled={newer.busy}
        onClick={() => {
          steady()
          void newer.read()
        }}
      >
        {newer.busy ? 'Reading…' : 'Newer entries'}
      </Button>
    </p>
  )
}
