'use client'

import Link from 'next/link'
import { lazy, Suspense, useState } from 'react'
import { useLinks } from '../../lib/links.ts'
import { Button } from '../../ui/button.tsx'
import type { ShareGiven } from './share-draft.ts'

const ShareDialog = lazy(() => import('./share-dialog.tsx'))

/** Makes a link of what the page shows, and leads to those that were made. The dialog is fetched when first opened. */
export function ShareButton({ q, selected, range }: ShareGiven) {
  const links = useLinks()
  const [open, setOpen] = useState(false)
  return (
    <span className="print-hide inline-flex items-center gap-3">
      <Button onClick={() => setOpen(true)}>Share…</Button>
      <Link prefetch={false} href={links.shareLinks()}>
        Links
      </Link>
      {open && (
        <Suspense>
          <ShareDialog given={{ q, selected, range }} close={() => setOpen(false)} />
        </Suspense>
      )}
    </span>
  )
}
