'use client'

import { useSyncExternalStore } from 'react'
import { useApi } from '../api.ts'
import { type LogView, noView } from './log-view.ts'
import { type LogWatch, logWatch } from './log-watch.ts'

const none = () => noView

/** The log of the workspace in the URL, followed while the component stands. */
export function useLog(): LogView & { readonly watch: LogWatch } {
  const watch = logWatch(useApi())
  const view = useSyncExternalStore(watch.subscribe, watch.read, none)
  return { ...view, watch }
}
