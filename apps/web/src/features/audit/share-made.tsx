'use client'

import type { Client } from '@watchbill/contract/client'
import Link from 'next/link'
import { useEffect, useRef } from 'react'
import { useLinks } from '../../lib/links.ts'
import { AbsoluteTime } from '../../ui/absolute-time.tsx'
import { Button } from '../../ui/button.tsx'
import { Command } from '../../ui/command.tsx'
import { SharePart } from './share-part.tsx'

export type MadeShare = Awaited<ReturnType<Client['postShare']>>

/** The link, this once: it is kept as a hash, so nobody can show it again. */
export function ShareMade({ made: { share, url }, done }: { made: MadeShare; done: () => void }) {
  const link = useRef<HTMLDivElement>(null)
  const links = useLinks()
  // The button that had the focus is gone; what comes next is to copy.
  useEffect(() => link.current?.querySelector('button')?.focus(), [])
  return (
    <>
      <h2 id="share-heading" className="px-4 py-3 text-title font-semibold">
        Copy the link now: it is shown this once
      </h2>
      <SharePart label="Link">
        <div ref={link}>
          <Command text={url} label="link" wrap />
        </div>
        <p className="mt-2">
          Send it whole. What stands after <code>#</code> is the visitor’s pin: which key and which log to
          expect. Browsers send it to nobody, so this server cannot answer for it; without it the page says
          “not pinned by you”.
        </p>
        <p className="mt-2 flex flex-wrap gap-x-4 gap-y-1">
          <a href={url} target="_blank" rel="noreferrer">
            What the visitor will see
          </a>
          <Link href={links.shareLinks()}>All links, and how often each was opened</Link>
        </p>
      </SharePart>
      <SharePart label="Shows">
        <p>
          <span className="figures">{share.count.toLocaleString('en-US')}</span>{' '}
          {share.count === 1 ? 'entry' : 'entries'}, frozen at checkpoint{' '}
          <span className="figures">{share.size.toLocaleString('en-US')}</span>, until{' '}
          <AbsoluteTime at={share.expiresAt} />.
        </p>
      </SharePart>
      <SharePart label="Without trust in this server">
        <p className="mb-2">
          The visitor’s own command checks the same against the pin. It opens the link, and is counted like
          any visit:
        </p>
        <Command text={`npx watchbill verify '${url}'`} label="verify command" wrap />
      </SharePart>
      <div className="border-t border-rule-strong px-4 py-2.5">
        <Button onClick={done}>Done</Button>
      </div>
    </>
  )
}
