'use client'

import { type ReactNode, useEffect, useId, useRef, useState } from 'react'

/** A button and what it opens below itself. Closes by Escape, by a press elsewhere, and when the focus goes on. */
export function Menu({
  label,
  name,
  wide = false,
  align = 'right',
  children,
}: {
  /** On the button. */
  label: ReactNode
  /** Of what opens, for screen readers. */
  name: string
  wide?: boolean
  /** Which edge of the button it keeps to. */
  align?: 'left' | 'right'
  /** Given a way to close it. */
  children: (close: () => void) => ReactNode
}) {
  const [open, setOpen] = useState(false)
  const whole = useRef<HTMLSpanElement>(null)
  const button = useRef<HTMLButtonElement>(null)
  const id = useId()
  useEffect(() => {
    if (!open) return
    const press = (event: PointerEvent) => {
      if (event.target instanceof Node && whole.current?.contains(event.target) !== true) setOpen(false)
    }
    document.addEventListener('pointerdown', press)
    return () => document.removeEventListener('pointerdown', press)
  }, [open])
  const close = () => {
    setOpen(false)
    button.current?.focus()
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only listens to what its own controls do
    <span
      ref={whole}
      className="print-hide relative inline-block"
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !open) return
        event.preventDefault()
        close()
      }}
      onBlur={(event) => {
        const next = event.relatedTarget
        if (next !== null && !event.currentTarget.contains(next)) setOpen(false)
      }}
    >
      <button
        ref={button}
        type="button"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => setOpen(!open)}
        className="h-7 rounded border border-rule-strong px-2.5 whitespace-nowrap hover:bg-hover aria-expanded:bg-chosen"
      >
        {label} <span aria-hidden="true">▾</span>
      </button>
      {open && (
        <section
          id={id}
          aria-label={name}
          className={`absolute z-30 mt-1 max-w-[calc(100vw-2rem)] rounded border border-rule-strong bg-panel py-2 max-sm:fixed max-sm:inset-x-4 max-sm:w-auto ${align === 'left' ? 'left-0' : 'right-0'} ${wide ? 'w-96' : 'w-72'}`}
        >
          {children(close)}
        </section>
      )}
    </span>
  )
}
