'use client'

import { Empty } from '../../ui/empty.tsx'

/** Why the list is empty, and what fills it. */
export function NoSessions({
  filtered,
  error,
  pending,
}: {
  filtered: boolean
  error: Error | null
  pending: boolean
}) {
  return (
    <div className="px-4 sm:px-6">
      {error !== null ? (
        <Empty title="The sessions could not be read">{error.message}</Empty>
      ) : pending ? (
        <Empty title="Reading the sessions…" />
      ) : filtered ? (
        <Empty title="No session matches">Take a filter away, or look in another workspace.</Empty>
      ) : (
        <Empty title="No session has been seen yet" command="npx watchbill status">
          Sessions appear by themselves once an agent runs on a machine whose daemon reports. What the local
          daemon looked at:
        </Empty>
      )}
    </div>
  )
}
