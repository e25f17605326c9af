'use client'

import { useApi } from '../../lib/api.ts'
import { useOrigin } from '../../lib/origin.ts'
import { curlCommand } from '../../lib/program-url.ts'
import { CopyButton } from '../../ui/copy-button.tsx'

/** This very list for a script, the command that checks all of it, and the keys that work here. */
export function AuditCopies({ workspace: name }: { workspace: string | null }) {
  const origin = useOrigin()
  const { workspace } = useApi()
  const query = workspace === null ? {} : { workspace }
  return (
    <p className="print-hide mt-3 flex flex-wrap items-center gap-x-4 gap-y-1 text-muted">
      <CopyButton
        text={curlCommand(origin, '/v1/audit/entries', query, 'audit:read')}
        label="this list as curl"
      >
        Copy as curl
      </CopyButton>
      {name !== null && (
        <CopyButton text={`npx watchbill verify ${name}`} label="the command that checks the whole log">
          Copy verify
        </CopyButton>
      )}
      <span className="max-sm:hidden">
        <Key>j</Key> <Key>k</Key> move, <Key>space</Key> opens, <Key>.</Key> copies a link
      </span>
    </p>
  )
}

function Key({ children }: { children: string }) {
  return <kbd className="rounded border border-rule-strong px-1 text-small">{children}</kbd>
}
