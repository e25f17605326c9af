'use client'

import type { SessionsQuery } from '@watchbill/contract/sessions'
import { useApi } from '../../lib/api.ts'
import { useOrigin } from '../../lib/origin.ts'
import { curlCommand } from '../../lib/program-url.ts'
import { CopyButton } from '../../ui/copy-button.tsx'

/** This very view for a script, and the keys that work here. */
export function SessionsCopies({ query }: { query: SessionsQuery }) {
  const origin = useOrigin()
  const { workspace } = useApi()
  return (
    <p className="print-hide mt-2 flex flex-wrap items-center gap-x-4 gap-y-1 text-muted">
      <CopyButton
        text={curlCommand(origin, '/v1/sessions', { ...query, ...(workspace === null ? {} : { workspace }) })}
        label="this list as curl"
      >
        Copy as curl
      </CopyButton>
      <span className="max-sm:hidden">
        <Key>j</Key> <Key>k</Key> move, <Key>space</Key> peeks, <Key>/</Key> searches, <Key>.</Key> copies a
        link
      </span>
    </p>
  )
}

function Key({ children }: { children: string }) {
  return <kbd className="rounded border border-rule-strong px-1 text-small">{children}</kbd>
}
