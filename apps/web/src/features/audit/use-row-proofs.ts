'use client'

import { useEffect, useRef, useState } from 'react'
import { useApi } from '../../lib/api.ts'
import { type LogView, provenCheckpoint } from '../../lib/evidence/log-view.ts'
import type { LogWatch } from '../../lib/evidence/log-watch.ts'
import { verifier } from '../../lib/evidence/verifier.ts'
import type { AuditPage } from './audit-rows.ts'
import { type ProvenSize, proveRows, type RowProof } from './row-prover.ts'

export type RowProofs = ReadonlyMap<number, RowProof>

/** Proves every page once, and again those with pending rows when a larger checkpoint was proven. */
export function useRowProofs(
  pages: readonly AuditPage[],
  view: LogView & { readonly watch: LogWatch },
): RowProofs {
  const { client } = useApi()
  const [proofs, setProofs] = useState<RowProofs>(new Map())
  const asked = useRef(new WeakMap<AuditPage, number>())
  const { watch, kind } = view
  const workspace = view.log?.workspace ?? null
  const proven = provenCheckpoint(view)
  const size = proven?.size ?? 0
  const root = proven?.root ?? ''

  useEffect(() => {
    if (workspace === null || kind === 'unable') return
    const checkpoint: ProvenSize | null = root === '' ? null : { size, root }
    const doors = {
      verifier,
      range: async (from: number, to: number, of: number) => {
        const query = { from: String(from), to: String(to), size: String(of) }
        return (await client.getRangeProof({ query })).hashes
      },
    }
    for (const page of pages) {
      if (!needsProof(page, asked.current.get(page), size)) continue
      asked.current.set(page, size)
      void proveRows(doors, workspace, page, checkpoint)
        .then((found) => {
          setProofs((held) => merge(held, found))
          watch.report([...found.values()].flatMap(({ contradictions }) => contradictions))
        })
        // No answer: the rows stay as they are, and the next checkpoint asks again.
        .catch(() => asked.current.delete(page))
    }
  }, [client, workspace, kind, pages, size, root, watch])

  return proofs
}

/** `before`: size of the checkpoint it was proven by; undefined when it never was. */
function needsProof({ rows }: AuditPage, before: number | undefined, size: number): boolean {
  if (before === undefined) return true
  const newest = rows[0]?.seq ?? -1
  return size > before && newest >= before
}

/** What was found to be wrong is never taken back by a later answer. */
function merge(held: RowProofs, found: RowProofs): RowProofs {
  const all = new Map(held)
  for (const [seq, proof] of found) if (all.get(seq)?.mark !== 'contradicted') all.set(seq, proof)
  return all
}
