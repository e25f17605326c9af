'use client'

import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useQueryStates } from 'nuqs'
import { useEffect, useMemo, useState } from 'react'
import { useApi } from '../../lib/api.ts'
import { useLog } from '../../lib/evidence/use-log.ts'
import { useLinks } from '../../lib/links.ts'
import { useListKeys } from '../../lib/list-keys.ts'
import { PageHead } from '../../ui/page-head.tsx'
import { AuditCopies } from './audit-copies.tsx'
import { AuditList, useRowPx } from './audit-list.tsx'
import { AuditNews } from './audit-news.tsx'
import { EntryPeek } from './entry-peek.tsx'
import { auditParsers } from './filters.ts'
import { leadSentence } from './lead-sentence.ts'
import { LogHistory } from './log-history.tsx'
import { LogVerdict } from './log-verdict.tsx'
import { NewerEntries } from './newer-entries.tsx'
import { NoEntries } from './no-entries.tsx'
import { agentNamesQuery, entriesQuery, type Opening } from './queries.ts'
import { useRowProofs } from './use-row-proofs.ts'
import { useSteadyPrepend } from './use-steady-prepend.ts'

/** Every entry by its place in the log, newest first, each checked by this browser. */
export function AuditPage() {
  const api = useApi()
  const links = useLinks()
  const view = useLog()
  const [url, setUrl] = useQueryStates(auditParsers)
  const [opening, setOpening] = useState<Opening>({ around: url.seq, turn: 0 })
  const [reveal, setReveal] = useState<number | null>(null)
  const list = useInfiniteQuery(entriesQuery(api, opening))
  const names = useQuery(agentNamesQuery(api)).data ?? {}
  const pages = useMemo(() => list.data?.pages ?? [], [list.data])
  const rows = useMemo(() => pages.flatMap((page) => page.rows), [pages])
  const proofs = useRowProofs(pages, view)
  const size = Math.max(view.log?.size ?? 0, ...pages.map((page) => page.size))
  const index = rows.findIndex((row) => row.seq === (url.at ?? url.seq))
  useEffect(() => {
    // Once, for the entry the address names: it may stand below what is in view.
    if (opening.around !== null && opening.turn === 0) setReveal((held) => held ?? (index < 0 ? null : index))
  }, [opening, index])
  const newest = rows[0]?.seq ?? -1
  const steady = useSteadyPrepend(newest, useRowPx())
  const show = () => {
    window.scrollTo({ top: 0 })
    void setUrl({ at: null })
    setOpening({ around: null, turn: opening.turn + 1 })
  }

  useListKeys({
    move: (by) => {
      const to = Math.min(rows.length - 1, Math.max(0, index + by))
      const next = rows[to]
      if (next === undefined) return
      void setUrl({ at: next.seq, ...(url.seq === null ? {} : { seq: next.seq }) })
      setReveal(to)
    },
    peek: () => void setUrl({ seq: url.seq === null ? (rows[Math.max(0, index)]?.seq ?? null) : null }),
    query: () => undefined,
    link: () => {
      const seq = url.seq ?? url.at
      const path = seq === null ? links.audit() : links.entry(seq)
      void navigator.clipboard.writeText(`${window.location.origin}${path}`).catch(() => undefined)
    },
    close: () => void setUrl({ seq: null }),
  })

  return (
    <>
      <PageHead title="Audit" lead={leadSentence(view, size)}>
        <LogVerdict view={view} />
        <AuditCopies workspace={view.log?.workspace ?? null} />
      </PageHead>
      <LogHistory view={view} />
      <div className="flex border-t">
        <div className="@container min-w-0 flex-1">
          <AuditNews count={rows.length === 0 ? size : size - 1 - newest} show={show} />
          {rows.length === 0 ? (
            <NoEntries error={list.error} pending={list.isPending} />
          ) : (
            <>
              <NewerEntries list={list} steady={steady} />
              <AuditList
                rows={rows}
                proofs={proofs}
                names={names}
                size={size}
                at={index}
                reveal={reveal}
                peeked={url.seq}
                open={(seq) => void setUrl({ seq, at: seq })}
                more={list.hasNextPage && !list.isFetching ? list.fetchNextPage : null}
              />
            </>
          )}
        </div>
        {url.seq !== null && (
          <EntryPeek
            seq={url.seq}
            view={view}
            proof={proofs.get(url.seq)}
            names={names}
            close={() => void setUrl({ seq: null })}
          />
        )}
      </div>
    </>
  )
}
