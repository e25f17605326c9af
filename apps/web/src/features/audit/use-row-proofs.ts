'use client'

import type { Client } from '@watchbill/contract/client'
import { useEffect, useRef, useState } from 'react'
import { useApi } from '../../lib/api.ts'
import { type LogView, provenCheckpoint } from '../../lib/evidence/log-view.ts'
import type { LogWatch } from '../../lib/evidence/log-watch.ts'
import { verifier } from '../../lib/evidence/verifier.ts'
import type { AuditPage, AuditRow } from './audit-rows.ts'
import type { ProvenSize, RowProofs } from './row-proof.ts'
import type { ProverDoors } from './row-prover.ts'
import { proveRows } from './row-prover.ts'
import { proveSelection, type SelectionDoors, selectionMost } from './selection-prover.ts'

type WatchedLog = LogView & { readonly watch: LogWatch }

/** Something to prove: the page or rows, and how. */
interface Task {
  readonly keys: readonly object[]
  readonly prove: (workspace: string, proven: ProvenSize | null) => Promise<RowProofs>
}

/**
 * Proves every page by place in one run, and rows that answer a query (or came with the tail) by themselves, a hundred at a
 * time. Each once, and those that were pending again when a larger checkpoint was proven.
 */
export function useRowProofs(
  pages: readonly AuditPage[],
  found: readonly AuditRow[],
  view: WatchedLog,
): RowProofs {
  const { client } = useApi()
  const [proofs, setProofs] = useState<RowProofs>(new Map())
  /** Size of the checkpoint each page or row was proven by. */
  const asked = useRef(new WeakMap<object, number>())
  const { watch, kind } = view
  const workspace = view.log?.workspace ?? null
  const proven = provenCheckpoint(view)
  const size = proven?.size ?? 0
  const root = proven?.root ?? ''

  useEffect(() => {
    if (workspace === null || kind === 'unable') return
    const checkpoint: ProvenSize | null = root === '' ? null : { size, root }
    const doors = doorsOf(client)
    const open = (key: object, newest: number) => needsProof(asked.current.get(key), newest, size)
    const tasks: Task[] = [
      ...pages
        .filter((page) => open(page, page.rows[0]?.seq ?? -1))
        .map((page): Task => ({ keys: [page], prove: (ws, at) => proveRows(doors, ws, page, at) })),
      ...chunksOf(found.filter((row) => open(row, row.seq))).map(
        (rows): Task => ({ keys: rows, prove: (ws, at) => proveSelection(doors, ws, rows, at) }),
      ),
    ]
    for (const { keys, prove } of tasks) {
      for (const key of keys) asked.current.set(key, size)
      void prove(workspace, checkpoint)
        .then((result) => {
          setProofs((held) => merge(held, result))
          watch.report([...result.values()].flatMap(({ contradictions }) => contradictions))
        })
        // No answer: the rows stay as they are, and the next checkpoint asks again.
        .catch(() => {
          for (const key of keys) asked.current.delete(key)
        })
    }
  }, [client, workspace, kind, pages, found, size, root, watch])

  return proofs
}

const doorsOf = (client: Client): ProverDoors & SelectionDoors => ({
  verifier,
  range: async (from, to, size) => {
    const query = { from: String(from), to: String(to), size: String(size) }
    return (await client.getRangeProof({ query })).hashes
  },
  proofs: (seqs, size) => client.getProofs({ query: { seqs: seqs.join(','), size: String(size) } }),
})

/** `before`: size of the checkpoint it was proven by; undefined when it never was. */
const needsProof = (before: number | undefined, newest: number, size: number): boolean =>
  before === undefined || (size > before && newest >= before)

function chunksOf(rows: readonly AuditRow[]): (readonly AuditRow[])[] {
  const chunks: (readonly AuditRow[])[] = []
  for (let at = 0; at < rows.length; at += selectionMost) chunks.push(rows.slice(at, at + selectionMost))
  return chunks
}

/** What was found to be wrong is never taken back by a later answer. */
function merge(held: RowProofs, found: RowProofs): RowProofs {
  const all = new Map(held)
  for (const [seq, proof] of found) if (all.get(seq)?.mark !== 'contradicted') all.set(seq, proof)
  return all
}
