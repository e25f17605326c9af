'use client'

import type { Attention } from '@watchbill/contract/fleet'
import Link from 'next/link'
import { useNow } from '../../lib/clock.ts'
import { useLinks } from '../../lib/links.ts'
import { resumeCommand } from '../../lib/resume-command.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { Section } from '../../ui/section.tsx'
import { StateMark } from '../../ui/state-mark.tsx'
import { UntrustedText } from '../../ui/untrusted-text.tsx'
import { attentionSentence } from './sentence.ts'
import { SentenceParts } from './sentence-parts.tsx'

/** Up to five rows, each a sentence: who, what, where, since when, and what to do. */
export function AttentionRows({ rows, count }: { rows: readonly Attention[]; count: number }) {
  const links = useLinks()
  if (rows.length === 0) return null
  const more = count - rows.length
  return (
    <Section
      label="Needs you"
      aside={
        more > 0 ? (
          <Link prefetch={false} href={links.fleet({ state: 'waiting,failing,unreadable,stale' })}>
            {more} more
          </Link>
        ) : null
      }
    >
      <ol>
        {rows.map((row) => (
          <AttentionRow key={`${row.kind} ${row.agentId} ${row.sessionId ?? ''}`} row={row} />
        ))}
      </ol>
    </Section>
  )
}

function AttentionRow({ row }: { row: Attention }) {
  const now = useNow()
  const links = useLinks()
  const resume =
    row.nativeId === null
      ? null
      : resumeCommand({ runtime: row.runtime, nativeId: row.nativeId, kind: 'main' })
  const open = row.sessionId === null ? links.agent(row.agentId) : links.session(row.sessionId)
  return (
    <li className="grid min-h-8 grid-cols-[auto_minmax(0,1fr)] items-baseline gap-x-3 gap-y-1 border-b px-4 py-1 last:border-b-0 sm:grid-cols-[auto_minmax(0,1fr)_auto] sm:items-center">
      <StateMark state={row.kind} word={false} />
      <span>
        <span className="font-semibold">
          <SentenceParts parts={attentionSentence(row, now)} />
        </span>
        <span className="text-muted">
          {' — '}
          <UntrustedText text={row.agentName} max={60} /> on{' '}
          <UntrustedText text={row.machine.name} max={60} />
        </span>
      </span>
      <span className="col-start-2 flex items-center gap-2 sm:col-start-auto">
        {resume !== null && (
          <CopyButton text={resume} label={resume}>
            Copy resume command
          </CopyButton>
        )}
        <Link prefetch={false} href={open} className="rounded px-1.5 py-1 hover:bg-hover">
          Open {row.sessionId === null ? 'agent' : 'session'}
        </Link>
      </span>
    </li>
  )
}
