import type { ReactNode } from 'react'
import { Command } from './command.tsx'

/** An empty list: what is missing, why that may be, and the command that fills it (DESIGN rule 10). */
export function Empty({
  title,
  children,
  command,
}: {
  title: string
  children?: ReactNode
  command?: string
}) {
  return (
    <div className="max-w-2xl py-6">
      <p className="font-semibold">{title}</p>
      {children !== undefined && <div className="mt-1 text-muted">{children}</div>}
      {command !== undefined && (
        <div className="mt-3">
          <Command text={command} />
        </div>
      )}
    </div>
  )
}
