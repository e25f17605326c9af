'use client'

import type { Session } from '@watchbill/contract/sessions'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { tokenParts, totalTokens } from '../../lib/figures.ts'
import { useLinks } from '../../lib/links.ts'
import { AbsoluteTime } from '../../ui/absolute-time.tsx'
import { Quantity } from '../../ui/quantity.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { UntrustedText } from '../../ui/untrusted-text.tsx'
import { SessionCost } from './session-values.tsx'

/** Where, with what, how much: every fact of a session, unknown ones as "–". */
export function SessionFacts({ session }: { session: Session }) {
  return (
    <>
      <Where session={session} />
      <Times session={session} />
      <Figures session={session} />
      <Doings session={session} />
      <Ids session={session} />
    </>
  )
}

function Where({ session }: { session: Session }) {
  const links = useLinks()
  const texts = [
    ['Branch', session.branch],
    ['Model', session.model],
    ['Version', session.version],
    ['Started from', session.entrypoint],
    ['Permissions', session.permissionMode],
  ] as const
  return (
    <Facts label="Where">
      <Fact name="Project">
        <UntrustedText text={session.project} />
      </Fact>
      <Fact name="Agent">
        <Link href={links.agent(session.agent.id)} prefetch={false}>
          <UntrustedText text={session.agent.name} />
        </Link>{' '}
        on <UntrustedText text={session.machine.name} />
      </Fact>
      {texts.map(([name, text]) => (
        <Fact key={name} name={name}>
          <UntrustedText text={text} />
        </Fact>
      ))}
      {session.parentId !== null && (
        <Fact name="Part of">
          <Link href={links.session(session.parentId)} prefetch={false}>
            the session that started it
          </Link>
        </Fact>
      )}
    </Facts>
  )
}

function Times({ session }: { session: Session }) {
  const times = [
    ['Started', session.startedAt],
    ['Last active', session.lastActivityAt],
    ['In this state', session.stateSince],
    ['Seen', session.observedAt],
  ] as const
  return (
    <Facts label="When">
      {times.map(([name, at]) => (
        <Fact key={name} name={name}>
          {at === null ? (
            <span className="text-muted">–</span>
          ) : (
            <>
              <RelativeTime at={at} />{' '}
              <span className="text-muted">
                <AbsoluteTime at={at} />
              </span>
            </>
          )}
        </Fact>
      ))}
    </Facts>
  )
}

function Figures({ session }: { session: Session }) {
  return (
    <Facts label="Tokens">
      {tokenParts(session.tokens).map(([name, value]) => (
        <Fact key={name} name={`${name[0]?.toUpperCase()}${name.slice(1)}`} figure>
          <Quantity value={value} />
        </Fact>
      ))}
      <Fact name="Total" figure>
        <strong>
          <Quantity value={totalTokens(session.tokens)} />
        </strong>
      </Fact>
      <Fact name="Cost" figure>
        <SessionCost session={session} />{' '}
        {session.costSource !== null && <span className="text-muted">{session.costSource}</span>}
      </Fact>
    </Facts>
  )
}

function Doings({ session }: { session: Session }) {
  const links = useLinks()
  const counts = [
    ['Turns', session.turns],
    ['Tool calls', session.toolCalls],
    ['Tool failures', session.toolFailures],
    ['Denials', session.denials],
    ['Errors', session.errors],
    ['Sub-agents', session.subagents],
  ] as const
  return (
    <Facts label="What it did">
      {counts.map(([name, value]) => (
        <Fact key={name} name={name} figure>
          {name === 'Denials' && value !== null && value > 0 ? (
            <Link href={links.audit({ q: `session:${session.id} decision:deny` })} prefetch={false}>
              <Quantity value={value} />
            </Link>
          ) : (
            <Quantity value={value} />
          )}
        </Fact>
      ))}
      <Fact name="In the log">
        <Link href={links.audit({ q: `session:${session.id}` })} prefetch={false}>
          its entries
        </Link>
      </Fact>
      {session.repeats !== null && (
        <Fact name="Repeats">
          <UntrustedText code text={session.repeats.request ?? session.repeats.tool} />{' '}
          <span className="text-waiting">{session.repeats.count} times with the same input</span>
        </Fact>
      )}
    </Facts>
  )
}

function Ids({ session }: { session: Session }) {
  return (
    <Facts label="Ids">
      <Fact name="Session">
        <code>{session.id}</code>
      </Fact>
      <Fact name="Its own id">
        <UntrustedText code text={session.nativeId} />
      </Fact>
    </Facts>
  )
}

function Facts({ label, children }: { label: string; children: ReactNode }) {
  return (
    <section aria-label={label} className="border-t px-4 py-2.5">
      <h3 className="mb-1 text-small text-muted">{label}</h3>
      <dl className="grid grid-cols-[7rem_minmax(0,1fr)] gap-y-1">{children}</dl>
    </section>
  )
}

function Fact({ name, figure = false, children }: { name: string; figure?: boolean; children: ReactNode }) {
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd className={`wrap-anywhere ${figure ? 'figures' : ''}`}>{children}</dd>
    </>
  )
}
