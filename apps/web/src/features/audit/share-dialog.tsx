'use client'

import { useEffect, useRef, useState } from 'react'
import { createPortal } from 'react-dom'
import type { ShareGiven } from './share-draft.ts'
import { ShareForm } from './share-form.tsx'
import { type MadeShare, ShareMade } from './share-made.tsx'

/**
 * The platform's own modal: it keeps the focus, Escape closes it, and the focus goes back to the button. What is shared is
 * what the page showed when it was opened, whatever arrives behind it.
 */
export default function ShareDialog({ given, close }: { given: ShareGiven; close: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null)
  const title = useRef<HTMLInputElement>(null)
  const [source] = useState(given)
  const [made, setMade] = useState<MadeShare | null>(null)
  useEffect(() => {
    dialog.current?.showModal()
    title.current?.focus()
  }, [])
  const end = () => dialog.current?.close()
  return createPortal(
    <dialog
      ref={dialog}
      aria-labelledby="share-heading"
      onClose={close}
      className="m-auto max-h-[calc(100dvh-1rem)] w-[min(46rem,calc(100vw-1rem))] overflow-y-auto overscroll-contain rounded border border-rule-strong bg-panel p-0 text-ink backdrop:bg-black/40"
    >
      {/* Takes the focus of a click between fields, so that keys stay in the dialog. */}
      <div tabIndex={-1} className="outline-none">
        {made === null ? (
          <ShareForm given={source} first={title} made={setMade} cancel={end} />
        ) : (
          <ShareMade made={made} done={end} />
        )}
      </div>
    </dialog>,
    document.body,
  )
}
