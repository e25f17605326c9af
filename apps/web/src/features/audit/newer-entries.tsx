import { Button } from '../../ui/button.tsx'

/** One page towards the end, where the list was opened in the middle. */
export function NewerEntries({
  list,
  steady,
}: {
  list: { hasPreviousPage: boolean; isFetching: boolean; fetchPreviousPage: () => unknown }
  /** Called right before rows are put above those on screen. */
  steady: () => void
}) {
  if (!list.hasPreviousPage) return null
  return (
    <p className="border-b px-4 py-1.5 sm:px-6">
      <Button
        disabled={list.isFetching}
        onClick={() => {
          steady()
          void list.fetchPreviousPage()
        }}
      >
        {list.isFetching ? 'Reading…' : 'Newer entries'}
      </Button>
    </p>
  )
}
