/** "3 new": what was logged since waits until the reader asks, so the scroll never moves by itself. */
export function AuditNews({
  count,
  over,
  show,
}: {
  count: number
  /** More than are kept. */
  over: boolean
  show: () => void
}) {
  return (
    <div className="pointer-events-none sticky top-14 z-10 h-0 text-center">
      {count > 0 && (
        <button
          type="button"
          onClick={show}
          className="pointer-events-auto min-h-7 rounded border border-working bg-panel px-3 text-working hover:bg-hover"
        >
          {over && 'More than '}
          {count.toLocaleString('en-US')} new: show
        </button>
      )}
    </div>
  )
}
