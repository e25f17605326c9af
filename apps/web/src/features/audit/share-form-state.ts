'use client'

import { type FormEvent, use, useState } from 'react'
import { useApi } from '../../lib/api.ts'
import { ClockContext } from '../../lib/clock.ts'
import { serverNow } from '../../lib/server-clock.ts'
import { noCover, redactedOf } from './share-cover.ts'
import { firstDraft, type ShareDraft, type ShareGiven, scopeOf } from './share-draft.ts'
import { expiryOf, type Lifetime, usualLife } from './share-expiry.ts'
import type { MadeShare } from './share-made.tsx'
import { useSharePreview } from './share-preview.ts'
import { refusalOf } from './share-refusal.ts'
import { beyondHeaders } from './share-rerun.ts'

/** What was chosen so far, what it would show, and whether a link can be made of it. */
export function useShareForm(given: ShareGiven, made: (share: MadeShare) => void) {
  const { client } = useApi()
  const { zone } = use(ClockContext)
  // One moment for all of it: the end that is read is the end that is sent.
  const [opened] = useState(serverNow)
  const [beyond] = useState(() => beyondHeaders(given.q, opened))
  const [draft, setDraft] = useState(() => firstDraft(given, beyond.length === 0))
  const [title, setTitle] = useState('')
  const [cover, setCover] = useState(noCover)
  const [lifetime, setLifetime] = useState<Lifetime>({ life: usualLife, date: '' })
  const [busy, setBusy] = useState(false)
  const [refused, setRefused] = useState<string | null>(null)
  const scope = scopeOf(draft, given)
  const found = useSharePreview(scope)
  const { preview } = found
  const ends = expiryOf(lifetime, opened, zone)
  const shareable = preview !== null && preview.count > 0

  async function create(event: FormEvent) {
    event.preventDefault()
    // React lets it bubble to whatever form holds the button, though the dialog stands elsewhere.
    event.stopPropagation()
    if (scope === null || ends === null || !found.current) return
    setBusy(true)
    setRefused(null)
    try {
      const redact = redactedOf(cover, preview?.members ?? [])
      const expiresAt = new Date(ends).toISOString()
      made(
        await client.postShare({
          body: { title: title.trim(), scope, redact, content: cover.content, expiresAt },
        }),
      )
    } catch (error) {
      setRefused(refusalOf(error))
      setBusy(false)
    }
  }

  return {
    ...{
      title,
      setTitle,
      draft,
      beyond,
      cover,
      setCover,
      lifetime,
      setLifetime,
      scope,
      ends,
      create,
      busy,
      refused,
    },
    ...found,
    change: (more: Partial<ShareDraft>) => setDraft({ ...draft, ...more }),
    shareable,
    ready: shareable && found.current && scope !== null && ends !== null && !busy,
  }
}
export type ShareFormState = ReturnType<typeof useShareForm>
