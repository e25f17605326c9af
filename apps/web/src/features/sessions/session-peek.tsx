'use client'

import { useQuery } from '@tanstack/react-query'
import type { Session } from '@watchbill/contract/sessions'
import { useEffect, useRef } from 'react'
import { useApi } from '../../lib/api.ts'
import { useNow } from '../../lib/clock.ts'
import { useLinks } from '../../lib/links.ts'
import { useMedia } from '../../lib/media.ts'
import { useOrigin } from '../../lib/origin.ts'
import { curlCommand } from '../../lib/program-url.ts'
import { resumeCommand } from '../../lib/resume-command.ts'
import { sessionStateBy } from '../../lib/state-by-clock.ts'
import { Command } from '../../ui/command.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { UntrustedText } from '../../ui/untrusted-text.tsx'
import { sessionQuery } from './queries.ts'
import { SessionFacts } from './session-facts.tsx'
import { sessionSentence } from './session-sentence.ts'
import { SessionState } from './session-values.tsx'

/** All facts of one session, beside the list; over it on narrow screens. */
export function SessionPeek({ id, close }: { id: string; close: () => void }) {
  const { data, error } = useQuery(sessionQuery(useApi(), id))
  const closer = useRef<HTMLButtonElement>(null)
  const narrow = useMedia('(width < 40rem)')
  useEffect(() => {
    if (narrow) closer.current?.focus()
  }, [narrow])
  return (
    <aside
      aria-label="Session"
      className="fixed inset-0 z-40 overflow-y-auto border-l bg-panel pb-16 sm:inset-y-0 sm:left-auto sm:w-[420px] sm:pb-4 lg:sticky lg:top-11 lg:z-10 lg:h-[calc(100dvh-2.75rem)] lg:shrink-0 lg:self-start"
    >
      <div className="sticky top-0 z-10 flex h-11 items-center gap-3 border-b bg-panel px-4">
        <span className="flex-1 font-semibold">Session</span>
        <SessionCopies id={id} />
        <button
          ref={closer}
          type="button"
          onClick={close}
          aria-label="Close"
          className="size-8 rounded hover:bg-hover"
        >
          <span aria-hidden="true">✕</span>
        </button>
      </div>
      {data === undefined ? (
        <p className="px-4 py-4 text-muted">{error === null ? 'Reading the session…' : error.message}</p>
      ) : (
        <PeekBody session={data.session} />
      )}
    </aside>
  )
}

function PeekBody({ session }: { session: Session }) {
  const now = useNow()
  const state = sessionStateBy(session, now)
  const resume = resumeCommand({
    runtime: session.agent.runtime,
    nativeId: session.nativeId,
    kind: session.kind,
  })
  return (
    <>
      <div className="px-4 pt-4 pb-3">
        <h2 className="text-title font-semibold wrap-anywhere">
          {sessionSentence(session, state, now).map((part, index) =>
            part.kind === 'words' ? (
              part.text
            ) : (
              // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a sentence never move
              <UntrustedText key={index} text={part.text} max={200} code={part.kind === 'command'} />
            ),
          )}
        </h2>
        <p className="mt-1.5">
          <SessionState session={session} />
        </p>
      </div>
      <div className="border-t px-4 py-3">
        <h3 className="mb-1.5 text-small text-muted">
          Resume it on {<UntrustedText text={session.machine.name} />}
        </h3>
        {resume === null ? (
          <NoResume session={session} />
        ) : (
          <Command text={resume} label="the resume command" />
        )}
      </div>
      <SessionFacts session={session} />
    </>
  )
}

/** Why there is no command to copy. */
function NoResume({ session }: { session: Session }) {
  if (session.kind === 'subagent') return <p>A sub-agent is resumed with the session that started it.</p>
  return (
    <p>
      No command is shown: this runtime has none that is known, or the session’s own id holds characters no
      shell should be given.
    </p>
  )
}

function SessionCopies({ id }: { id: string }) {
  const origin = useOrigin()
  const links = useLinks()
  return (
    <>
      <CopyButton text={curlCommand(origin, `/v1/sessions/${id}`, {})} label="this session as curl">
        curl
      </CopyButton>
      <CopyButton text={`${origin}${links.session(id)}`} label="a link to this session">
        Link
      </CopyButton>
    </>
  )
}
