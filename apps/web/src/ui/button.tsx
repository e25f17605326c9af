import type { ReactNode } from 'react'

/** A button that does something; `danger` for what cannot be taken back. */
export function Button({
  children,
  onClick,
  disabled = false,
  danger = false,
  label,
}: {
  children: ReactNode
  /** Absent: it submits the form around it. */
  onClick?: () => void
  disabled?: boolean
  danger?: boolean
  /** For screen readers, where the words alone do not say what is meant. */
  label?: string
}) {
  return (
    <button
      type={onClick === undefined ? 'submit' : 'button'}
      onClick={onClick}
      disabled={disabled}
      aria-label={label}
      className={`print-hide min-h-7 rounded border px-2.5 whitespace-nowrap hover:bg-hover disabled:text-muted ${
        danger ? 'border-failed text-failed' : 'border-rule-strong'
      }`}
    >
      {children}
    </button>
  )
}
