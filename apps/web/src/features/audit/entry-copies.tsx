'use client'

import { useApi } from '../../lib/api.ts'
import { useLinks } from '../../lib/links.ts'
import { useOrigin } from '../../lib/origin.ts'
import { curlCommand } from '../../lib/program-url.ts'
import { CopyButton } from '../../ui/copy-button.tsx'

/** This entry for a script, and as an address. */
export function EntryCopies({ seq }: { seq: number }) {
  const origin = useOrigin()
  const links = useLinks()
  const { workspace } = useApi()
  const query = workspace === null ? {} : { workspace }
  return (
    <>
      <CopyButton
        text={curlCommand(origin, `/v1/audit/entries/${seq}`, query, 'audit:read')}
        label="this entry as curl"
      >
        curl
      </CopyButton>
      <CopyButton text={`${origin}${links.entry(seq)}`} label="a link to this entry">
        Link
      </CopyButton>
    </>
  )
}
