'use client'

import { useRef } from 'react'
import { useApi } from '../../lib/api.ts'
import { useOrigin } from '../../lib/origin.ts'
import { curlCommand } from '../../lib/program-url.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { Menu } from '../../ui/menu.tsx'
import { auditCommand } from './command-line.ts'
import type { Exports } from './use-export.ts'

/** This very answer to take away: as a file, as a command; and what was taken away, checked again. */
export function ExportMenu({
  q,
  log,
  exports: { address, save, check },
}: {
  q: string | null
  /** Name of the log, for the command that checks all of it. */
  log: string | null
  exports: Exports
}) {
  const file = useRef<HTMLInputElement>(null)
  return (
    <Menu label="Export" name="Export">
      {(close) => (
        <div className="space-y-2 px-3 py-1">
          <p className="flex gap-4">
            <a href={address('csv')} download>
              CSV
            </a>
            <button
              type="button"
              className="underline decoration-rule-strong underline-offset-3"
              onClick={() => {
                close()
                void save()
              }}
            >
              JSON lines that prove themselves
            </button>
          </p>
          <p className="border-t pt-2">
            <button
              type="button"
              className="underline decoration-rule-strong underline-offset-3"
              onClick={() => file.current?.click()}
            >
              Verify an export…
            </button>{' '}
            <span className="text-muted">in this browser, without a server</span>
            <input
              ref={file}
              type="file"
              aria-label="Export to verify"
              accept=".jsonl,application/jsonl,application/x-ndjson"
              className="sr-only"
              tabIndex={-1}
              onChange={(event) => {
                const [chosen] = event.target.files ?? []
                if (chosen === undefined) return
                close()
                void check(chosen)
              }}
            />
          </p>
          <AsCommand q={q} log={log} />
        </div>
      )}
    </Menu>
  )
}

function AsCommand({ q, log }: { q: string | null; log: string | null }) {
  const origin = useOrigin()
  const { workspace } = useApi()
  const query = { ...(q === null ? {} : { q }), ...(workspace === null ? {} : { workspace }) }
  const command = auditCommand(q, workspace)
  return (
    <p className="flex flex-wrap gap-2 border-t pt-2">
      <CopyButton
        text={curlCommand(origin, '/v1/audit/entries', query, 'audit:read')}
        label="this list as curl"
      >
        Copy as curl
      </CopyButton>
      {command !== null && (
        <CopyButton text={command} label="this query as a command">
          Copy as command
        </CopyButton>
      )}
      {log !== null && (
        <CopyButton text={`npx watchbill verify ${log}`} label="the command that checks the whole log">
          Copy verify
        </CopyButton>
      )}
    </p>
  )
}
