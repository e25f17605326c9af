'use client'

import type { Self, Workspace } from '@watchbill/contract/identity'

/** The workspace by name; a choice only where there is one. Changing it loads the page anew: nothing is ever mixed. */
export function WorkspacePicker({ self, workspace }: { self: Self; workspace: Workspace | null }) {
  if (self.workspaces.length < 2)
    return <span className="truncate font-semibold">{workspace?.name ?? '–'}</span>
  return (
    <select
      aria-label="Workspace"
      value={workspace?.id ?? ''}
      className="h-7 min-w-0 max-w-44 rounded border border-transparent bg-ground font-semibold hover:border-rule-strong"
      onChange={(event) => {
        const id = event.target.value
        window.location.assign(id === self.workspace ? '/' : `/?workspace=${encodeURIComponent(id)}`)
      }}
    >
      {workspace === null && <option value="">no such workspace</option>}
      {self.workspaces.map((one) => (
        <option key={one.id} value={one.id}>
          {one.name}
        </option>
      ))}
    </select>
  )
}
