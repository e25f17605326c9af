'use client'

import type { Self } from '@watchbill/contract/identity'
import { lazy, type ReactNode, Suspense, useEffect, useState } from 'react'
import { useWorkspace } from '../../lib/links.ts'
import { useLive } from '../../lib/live.ts'
import type { Theme } from '../../lib/preferences.ts'
import { DemoBanner } from './demo-banner.tsx'
import { Rail } from './rail.tsx'
import { TopBar } from './top-bar.tsx'

const Alarm = lazy(async () => ({ default: (await import('./log-signs.ts')).Alarm }))

/** What stands around every page: the rail (a bottom bar on phones), the top bar, and the live stream behind them. */
export function Frame({ self, theme, children }: { self: Self | null; theme: Theme; children: ReactNode }) {
  const live = useLive(self !== null)
  const asked = useWorkspace()
  const workspace = self?.workspaces.find((one) => one.id === (asked ?? self.workspace)) ?? null
  const watched = useLoaded() && self !== null
  return (
    <div className="flex min-h-dvh flex-col pb-14 sm:pb-0 sm:pl-40">
      <a
        href="#main"
        className="absolute -top-20 left-2 z-50 rounded bg-panel px-3 py-2 underline focus:top-2"
      >
        Skip to the page
      </a>
      <Rail signedIn={self !== null} />
      <TopBar self={self} workspace={workspace} live={live} theme={theme} watched={watched} />
      {watched && workspace !== null && (
        <Suspense>
          <Alarm workspace={workspace.id} />
        </Suspense>
      )}
      {workspace?.kind === 'demo' && <DemoBanner workspace={workspace} />}
      <main id="main" className="min-w-0 flex-1">
        {children}
      </main>
    </div>
  )
}

/** True once the page itself has loaded: the seal is fetched after it, never before. */
function useLoaded(): boolean {
  const [loaded, setLoaded] = useState(false)
  useEffect(() => {
    const go = () => setLoaded(true)
    if (document.readyState === 'complete') return go()
    window.addEventListener('load', go, { once: true })
    return () => window.removeEventListener('load', go)
  }, [])
  return loaded
}
