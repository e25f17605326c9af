'use client'

import type { AgentDetail } from '@watchbill/contract/agents'
import { useState } from 'react'
import { CopyButton } from '../../ui/copy-button.tsx'
import { Section } from '../../ui/section.tsx'
import { UntrustedText } from '../../ui/untrusted-text.tsx'

type Native = NonNullable<AgentDetail['native']>

/** The runtime's own document, one click away; of one that cannot be read, why and where. */
export function AgentNative({ agent }: { agent: AgentDetail }) {
  if (agent.native !== null) {
    return (
      <Section label="Native" aside={`${formatSize(agent.native.text)}, as ${agent.runtime} says it`}>
        <NativeText native={agent.native} />
      </Section>
    )
  }
  if (agent.liveness !== 'unreadable') return null
  return (
    <Section label="Native" aside="cannot be read">
      <div className="px-4 py-2.5 wrap-anywhere">
        <p>
          <UntrustedText text={agent.livenessReason} max={300} code />
        </p>
        <p className="mt-1 text-muted">
          Of a document that cannot be read nothing leaves its machine. Look at it on{' '}
          <UntrustedText text={agent.machine.name} />.
        </p>
      </div>
    </Section>
  )
}

function NativeText({ native }: { native: Native }) {
  const [open, setOpen] = useState(false)
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="px-4 py-2.5">Show the document</summary>
      {open && (
        <div className="px-4 pb-3">
          <p className="mb-2 flex flex-wrap items-center justify-between gap-2 text-small text-muted">
            Reduced on the machine to fields that hold no content; times are its own.
            <CopyButton text={native.text} label="the native document" />
          </p>
          <section
            aria-label="Native document"
            // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
            tabIndex={0}
            className="max-h-[32rem] overflow-auto rounded border bg-panel"
          >
            <pre className="p-2.5 leading-5">
              <Lines text={native.text} />
            </pre>
          </section>
        </div>
      )}
    </details>
  )
}

/** Line by line, since a line break inside a line would be shown as a hidden character. */
function Lines({ text }: { text: string }) {
  return text.split('\n').map((line, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the lines of one document never move
    <span key={index} className="block min-h-5">
      <UntrustedText text={line} max={1000} code />
    </span>
  ))
}

function formatSize(text: string): string {
  const bytes = new TextEncoder().encode(text).length
  return bytes < 1024 ? `${bytes} B` : `${(bytes / 1024).toFixed(1)} KiB`
}
