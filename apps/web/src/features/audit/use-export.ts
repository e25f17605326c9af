'use client'

import type { evidence } from '@watchbill/ledger'
import { useRef, useState } from 'react'
import { useApi } from '../../lib/api.ts'
import { checkExport } from '../../lib/evidence/export-check.ts'
import type { LogView } from '../../lib/evidence/log-view.ts'
import { type SaveProgress, saveExport } from './export-save.ts'

/** What is being done with an export, and what came of it. */
export type ExportWork =
  | { readonly kind: 'saving'; readonly progress: SaveProgress }
  | { readonly kind: 'saved'; readonly name: string; readonly entries: number; readonly bytes: number }
  | { readonly kind: 'checking'; readonly name: string; readonly entries: number; readonly of: number }
  | {
      readonly kind: 'checked'
      readonly name: string
      readonly verdict: evidence.ExportVerdict
      readonly head: evidence.ExportHead | null
      /** Whether it is about the log of this page. */
      readonly ours: boolean
    }
  | { readonly kind: 'failed'; readonly what: string; readonly why: string }

export interface Exports {
  readonly work: ExportWork | null
  readonly address: (format: 'csv' | 'jsonl') => string
  readonly save: () => Promise<void>
  readonly check: (file: File) => Promise<void>
  /** Stops what runs, and puts away what came of it. */
  readonly close: () => void
}

export function useExport(q: string | null, view: LogView): Exports {
  const { workspace } = useApi()
  const [work, setWork] = useState<ExportWork | null>(null)
  const running = useRef<AbortController | null>(null)
  const address = (format: 'csv' | 'jsonl') => {
    const search = new URLSearchParams({ format })
    if (q !== null) search.set('q', q)
    if (workspace !== null) search.set('workspace', workspace)
    return `/v1/audit/export?${search}`
  }
  const run = async (what: string, task: (signal: AbortSignal) => Promise<ExportWork>) => {
    running.current?.abort()
    const mine = new AbortController()
    running.current = mine
    try {
      const done = await task(mine.signal)
      if (!mine.signal.aborted) setWork(done)
    } catch (error) {
      if (mine.signal.aborted) return
      setWork({ kind: 'failed', what, why: error instanceof Error ? error.message : 'it did not work' })
    }
  }
  const save = () =>
    run('The export was not saved', async (signal) => {
      let last: SaveProgress = { entries: 0, of: null, bytes: 0 }
      setWork({ kind: 'saving', progress: last })
      const { blob, name } = await saveExport(address('jsonl'), signal, (progress) => {
        last = progress
        setWork({ kind: 'saving', progress })
      })
      handOver(blob, name)
      return { kind: 'saved', name, entries: last.entries, bytes: last.bytes }
    })
  const check = (file: File) =>
    run('The file was not checked', async (signal) => {
      const { name } = file
      setWork({ kind: 'checking', name, entries: 0, of: 0 })
      const pinned = view.memory?.keys ?? []
      const { verdict, head } = await checkExport({ file, pinned }, signal, (progress) =>
        setWork({ kind: 'checking', name, ...progress }),
      )
      return { kind: 'checked', name, verdict, head, ours: head?.origin === view.memory?.origin }
    })
  const close = () => {
    running.current?.abort()
    setWork(null)
  }
  return { work, address, save, check, close }
}

/** To the browser's downloads. */
function handOver(blob: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}
