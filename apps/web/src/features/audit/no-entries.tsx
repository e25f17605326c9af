'use client'

import { Empty } from '../../ui/empty.tsx'
import { Listening } from '../../ui/listening.tsx'

/** Why the list is empty, and what fills it. */
export function NoEntries({ error, pending }: { error: Error | null; pending: boolean }) {
  return (
    <div className="px-4 sm:px-6">
      {error !== null ? (
        <Empty title="The entries could not be read">{error.message}</Empty>
      ) : pending ? (
        <Empty title="Reading the entries…" />
      ) : (
        <>
          <Empty title="Nothing is logged in this workspace yet" command="npx watchbill start">
            Entries come by themselves: from the daemon on each machine, for what its agents do, and from the
            control plane, for what people do here. To start a daemon:
          </Empty>
          <Listening>Listening…</Listening>
        </>
      )}
    </div>
  )
}
