'use client'

import { useQuery } from '@tanstack/react-query'
import { useQueryStates } from 'nuqs'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useApi } from '../../lib/api.ts'
import { useLog } from '../../lib/evidence/use-log.ts'
import { useLinks } from '../../lib/links.ts'
import { useListKeys } from '../../lib/list-keys.ts'
import { PageHead } from '../../ui/page-head.tsx'
import { AuditFacets } from './audit-facets.tsx'
import { AuditHistogram } from './audit-histogram.tsx'
import { AuditList, useRowPx } from './audit-list.tsx'
import { AuditNews } from './audit-news.tsx'
import { AuditQueryBar } from './audit-query-bar.tsx'
import { KeyHints } from './audit-tools.tsx'
import { EntryPeek } from './entry-peek.tsx'
import { ExportLine } from './export-line.tsx'
import { auditParsers } from './filters.ts'
import { leadSentence } from './lead-sentence.ts'
import { LiveNews, notLive } from './live-switch.tsx'
import { LogHistory } from './log-history.tsx'
import { LogVerdict } from './log-verdict.tsx'
import { NewerEntries } from './newer-entries.tsx'
import { NoAnswers } from './no-answers.tsx'
import { NoEntries } from './no-entries.tsx'
import { facetsQuery, histogramQuery, type Opening } from './queries.ts'
import { type EntryList, useEntries } from './use-entries.ts'
import { useExport } from './use-export.ts'
import { useFollowed } from './use-followed.ts'
import { useNames } from './use-names.ts'
import { useQueryText } from './use-query-text.ts'
import { useRowProofs } from './use-row-proofs.ts'
import { useSteadyPrepend } from './use-steady-prepend.ts'

/** The log by its places, or what answers a query; each entry checked by this browser. What is asked stands in the URL. */
export function AuditPage() {
  const api = useApi()
  const links = useLinks()
  const view = useLog()
  const query = useQueryText()
  const { q } = query
  const [url, setUrl] = useQueryStates(auditParsers)
  const [opening, setOpening] = useState<Opening>({ around: url.seq, turn: 0 })
  const [reveal, setReveal] = useState<number | null>(null)
  const [live, setLive] = useState(notLive)
  const field = useRef<HTMLInputElement>(null)
  const top = useRef<HTMLDivElement>(null)
  const asked = !query.broken
  const facets = useQuery({ ...facetsQuery(api, q), enabled: asked })
  const histogram = useQuery({ ...histogramQuery(api, q), enabled: asked })
  const reopen = () => {
    setOpening(({ turn }) => ({ around: null, turn: turn + 1 }))
    void facets.refetch()
    void histogram.refetch()
  }
  const list = useEntries(q, query.broken, opening)
  const followed = useFollowed({ query, list, live, opening, top, reopen })
  const { rows, tail } = followed
  const single = useMemo(
    () => (list.pages.length > 0 ? tail.shown : rows),
    [list.pages.length, tail.shown, rows],
  )
  const proofs = useRowProofs(list.pages, single, view)
  const names = useNames(facets.data?.facets ?? [])
  const exports = useExport(q, view)
  const refused = query.broken || list.error !== null
  const total = totalOf(
    list.total,
    followed.came,
    histogram.isPlaceholderData ? undefined : histogram.data?.total,
  )
  const asking = q === null ? null : { total, refused }
  const size = Math.max(view.log?.size ?? 0, list.size)
  const index = rows.findIndex((row) => row.seq === (url.at ?? url.seq))
  useEffect(() => {
    // Once, for the entry the address names: it may stand below what is in view.
    if (opening.around !== null && opening.turn === 0) setReveal((held) => held ?? (index < 0 ? null : index))
  }, [opening, index])
  const newest = rows[0]?.seq ?? -1
  const steady = useSteadyPrepend(newest, useRowPx())
  const waiting = live.on || q !== null ? followed.waiting : rows.length === 0 ? size : size - 1 - newest
  const show = () => {
    top.current?.scrollIntoView({ block: 'nearest' })
    if (q === null && !live.on) window.scrollTo({ top: 0 })
    void setUrl({ at: null })
    if (live.on && followed.prepends) followed.show()
    else reopen()
  }
  const step = (by: 1 | -1) => {
    const to = Math.min(rows.length - 1, Math.max(0, index + by))
    const next = rows[to]
    if (next === undefined) return
    void setUrl({ at: next.seq, ...(url.seq === null ? {} : { seq: next.seq }) })
    setReveal(to)
  }

  useListKeys({
    move: step,
    peek: () => void setUrl({ seq: url.seq === null ? (rows[Math.max(0, index)]?.seq ?? null) : null }),
    query: () => field.current?.focus(),
    link: () => {
      const seq = url.seq ?? url.at
      const path = seq === null ? links.audit({ q }) : links.entry(seq, q)
      void navigator.clipboard.writeText(`${window.location.origin}${path}`).catch(() => undefined)
    },
    close: () => void setUrl({ seq: null }),
  })

  return (
    <>
      <PageHead title="Audit" lead={leadSentence(view, list.size, asking)}>
        <LogVerdict view={view} />
      </PageHead>
      <LogHistory view={view} />
      <AuditQueryBar
        query={query}
        again={reopen}
        field={field}
        facets={facets.data?.facets ?? []}
        agents={names.agents}
        names={names.byId}
        refusal={list.error}
        live={{ choice: live, state: followed.state, set: setLive }}
        exports={exports}
        log={view.log?.workspace ?? null}
        shown={{ rows: list.rows, peeked: url.seq, size }}
      />
      <ExportLine work={exports.work} close={exports.close} />
      <LiveNews count={followed.came} />
      <div className="border-t lg:flex">
        <AuditFacets
          facets={facets.data?.facets ?? []}
          query={query}
          names={names.byId}
          old={facets.isPlaceholderData}
          skip={() => top.current?.focus()}
        />
        <div className="flex min-w-0 flex-1">
          <div className="@container min-w-0 flex-1">
            <AuditHistogram
              histogram={histogram.data ?? null}
              query={query}
              old={histogram.isPlaceholderData}
              why={
                query.broken
                  ? 'Nothing is drawn for a query that cannot be read'
                  : (histogram.error?.message ?? null)
              }
            />
            <div ref={top} tabIndex={-1} className="scroll-mt-24 outline-none" />
            <AuditNews count={waiting} over={tail.over} show={show} />
            {rows.length === 0 ? (
              q === null ? (
                <NoEntries error={list.error} pending={list.pending} />
              ) : (
                <NoAnswers query={query} searched={list.indexed} error={list.error} pending={list.pending} />
              )
            ) : (
              <>
                <NewerEntries newer={list.newer} steady={steady} />
                <AuditList
                  rows={rows}
                  proofs={proofs}
                  names={names.agents}
                  count={q === null ? size : total?.exact ? total.count : -1}
                  rowIndexOf={(row, place) => (q === null ? size - row.seq : place + 1)}
                  old={list.old}
                  at={index}
                  reveal={reveal}
                  peeked={url.seq}
                  q={q}
                  open={(seq) => void setUrl({ seq, at: seq })}
                  more={list.more}
                />
                <KeyHints />
              </>
            )}
          </div>
          {url.seq !== null && (
            <EntryPeek
              seq={url.seq}
              view={view}
              proof={proofs.get(url.seq)}
              names={names.agents}
              query={query}
              step={(by) => (rows[index + by] === undefined || index < 0 ? null : () => step(by))}
              close={() => void setUrl({ seq: null })}
            />
          )}
        </div>
      </div>
    </>
  )
}

type Total = EntryList['total']

/** How many answer by now: the list estimates beyond its page, the drawing counted all; what came since is counted here. */
const totalOf = (listed: Total, came: number, counted: Total | undefined): Total =>
  listed?.exact ? { count: listed.count + came, exact: true } : (counted ?? listed)
