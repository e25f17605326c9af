'use client'

import { useQuery } from '@tanstack/react-query'
import type { LookedAt, Machine } from '@watchbill/contract/machines'
import { useApi } from '../../lib/api.ts'
import { programUrl } from '../../lib/program-url.ts'
import { AddMachine } from '../../ui/add-machine.tsx'
import { Command } from '../../ui/command.tsx'
import { Listening } from '../../ui/listening.tsx'
import { PageHead } from '../../ui/page-head.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { Section } from '../../ui/section.tsx'
import { StateMark } from '../../ui/state-mark.tsx'
import { UntrustedText } from '../../ui/untrusted-text.tsx'
import { type FirstIds, firstSnapshotCommand } from './first-snapshot.ts'
import { machinesQuery } from './queries.ts'

/** Nothing yet: what was looked at, what was found, the commands to copy. The page flips by itself. */
export function EmptyFleet({ origin, ids }: { origin: string; ids: FirstIds }) {
  const { data } = useQuery(machinesQuery(useApi()))
  return (
    <>
      <title>Fleet · Watchbill</title>
      <PageHead lead="No agent has reported yet">
        <p className="mt-2">
          <Listening>Listening… this page turns by itself when the first one does.</Listening>
        </p>
      </PageHead>
      <Section label="Looked at">
        {data?.machines.length === 0 && (
          <div className="px-4 py-2.5">
            <p className="mb-2">
              No daemon has reported. It reads the session folders of the agents on its machine:
            </p>
            <Command text="npx watchbill start" label="daemon command" />
          </div>
        )}
        {data?.machines.map((machine) => (
          <LookedAtMachine key={machine.id} machine={machine} />
        ))}
      </Section>
      <Section label="Add a machine">
        <AddMachine origin={origin} machines={data?.machines ?? []} />
      </Section>
      <Section label="Start an agent">
        <Step label="agent command" command={'claude -p "hello"'}>
          Claude Code, Codex and Gemini CLI are seen on their own, once they run:
        </Step>
      </Section>
      <Section label="Post a snapshot">
        <Step label="snapshot command" command={firstSnapshotCommand(programUrl(origin), ids)}>
          Any other agent can report itself. In bash, in the folder Watchbill was started from:
        </Step>
      </Section>
      <Section label="Open the demo">
        <Step label="demo command" command="npm start -- --demo">
          Two hundred made-up agents in a workspace of their own, deletable at once:
        </Step>
      </Section>
    </>
  )
}

function Step({ command, label, children }: { command: string; label: string; children: string }) {
  return (
    <div className="max-w-5xl px-4 py-2.5">
      <p className="mb-2">{children}</p>
      <Command text={command} label={label} />
    </div>
  )
}

function LookedAtMachine({ machine }: { machine: Machine }) {
  return (
    <div className="px-4 py-2.5">
      <p>
        <span className="font-semibold">
          <UntrustedText text={machine.name} max={80} />
        </span>{' '}
        <span className="text-muted">
          {machine.os ?? ''} {machine.arch ?? ''} · daemon {machine.daemonVersion ?? '–'}, last heard{' '}
          <RelativeTime at={machine.lastSeenAt} />
        </span>
      </p>
      <ul className="mt-1">
        {machine.lookedAt.map((place) => (
          <li
            key={`${place.runtime} ${place.path}`}
            className="grid min-h-[26px] grid-cols-[7rem_minmax(0,1fr)] items-center gap-x-3 sm:grid-cols-[7rem_7rem_auto_minmax(0,1fr)]"
          >
            <StateMark state={markOf[place.state]} word={wordOf(place)} />
            <span className="max-sm:hidden">{place.runtime}</span>
            <code className="truncate">{place.path}</code>
            <span className="text-muted max-sm:hidden">{place.reason ?? ''}</span>
          </li>
        ))}
      </ul>
    </div>
  )
}

const markOf = { found: 'pass', absent: 'idle', unreadable: 'unreadable' } as const

function wordOf(place: LookedAt): string {
  if (place.state !== 'found') return place.state
  return place.sessionCount === null ? 'found' : `${place.sessionCount} sessions`
}
