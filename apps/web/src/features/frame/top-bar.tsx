'use client'

import type { Self, Workspace } from '@watchbill/contract/identity'
import { lazy, Suspense, useEffect, useState } from 'react'
import type { LiveState } from '../../lib/live-stream.ts'
import type { Theme } from '../../lib/preferences.ts'
import { LiveMark } from './live-mark.tsx'
import { ThemeSwitch } from './theme-switch.tsx'
import { WorkspacePicker } from './workspace-picker.tsx'
import { ZoneSwitch } from './zone-switch.tsx'

const Palette = lazy(() => import('./palette.tsx'))
const Seal = lazy(async () => ({ default: (await import('./log-signs.ts')).Seal }))

/** Workspace, search, time zone, theme, and whether what you see is live. */
export function TopBar({
  self,
  workspace,
  live,
  theme,
  watched,
}: {
  self: Self | null
  workspace: Workspace | null
  live: LiveState
  theme: Theme
  /** The log is watched: after the page itself is there. */
  watched: boolean
}) {
  const [open, setOpen] = useState(false)
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.metaKey || event.ctrlKey)) return
      event.preventDefault()
      setOpen(true)
    }
    document.addEventListener('keydown', press)
    return () => document.removeEventListener('keydown', press)
  }, [])
  return (
    <header className="print-hide sticky top-0 z-20 flex h-11 items-center gap-1 border-b bg-ground px-3 sm:gap-2 sm:px-6">
      {self !== null && <WorkspacePicker self={self} workspace={workspace} />}
      <span className="flex-1" />
      {watched && (
        <Suspense>
          <Seal />
        </Suspense>
      )}
      {self !== null && (
        <button
          type="button"
          onClick={() => setOpen(true)}
          className="flex h-7 items-center gap-3 rounded border border-rule-strong px-2 whitespace-nowrap text-muted hover:bg-hover"
        >
          Go to <kbd className="hidden sm:inline">⌘K</kbd>
        </button>
      )}
      <ZoneSwitch />
      <ThemeSwitch initial={theme} />
      {self !== null && <LiveMark state={live} />}
      {open && (
        <Suspense>
          <Palette close={() => setOpen(false)} />
        </Suspense>
      )}
    </header>
  )
}
