import type { RibbonState } from './ribbon.ts'

/** How a state is drawn in the ribbon: where its bar stands (px below the top) and what fills it. */
export const ribbonShape: Readonly<
  Record<RibbonState, { y: number; height: number; fill: string; colour: string }>
> = {
  waiting: { y: 0, height: 32, fill: 'url(#ribbon-waiting)', colour: 'text-waiting' },
  failing: { y: 0, height: 32, fill: 'url(#ribbon-failing)', colour: 'text-failed' },
  unreadable: { y: 0, height: 32, fill: 'url(#ribbon-unreadable)', colour: 'text-unreadable' },
  working: { y: 6, height: 26, fill: 'currentColor', colour: 'text-working' },
  idle: { y: 28, height: 4, fill: 'currentColor', colour: 'text-muted' },
  stale: { y: 20, height: 12, fill: 'url(#ribbon-stale)', colour: 'text-muted' },
  stopped: { y: 30, height: 2, fill: 'currentColor', colour: 'text-rule-strong' },
  unseen: { y: 0, height: 32, fill: 'url(#ribbon-unseen)', colour: 'text-rule-strong' },
}

const line = { stroke: 'currentColor', strokeWidth: 1.25, fill: 'none' } as const

/** Fills that stay apart without colour: bars, crosses, dots, dashes, hatching. Drawn once per page. */
export function RibbonPatterns() {
  const tile = { patternUnits: 'userSpaceOnUse', width: 8, height: 8 } as const
  return (
    <defs>
      <pattern id="ribbon-waiting" className="text-waiting" {...tile}>
        <path d="M1 0h2.4v8H1zM5 0h2.4v8H5z" fill="currentColor" />
      </pattern>
      <pattern id="ribbon-failing" className="text-failed" {...tile}>
        <path d="M1 1l6 6M7 1L1 7" {...line} strokeWidth={1.8} />
      </pattern>
      <pattern id="ribbon-unreadable" className="text-unreadable" {...tile} width={6} height={6}>
        <circle cx="1.6" cy="1.6" r="1.3" fill="currentColor" />
        <circle cx="4.6" cy="4.6" r="1.3" fill="currentColor" />
      </pattern>
      <pattern id="ribbon-stale" className="text-muted" {...tile} width={6} height={12}>
        <path d="M0.5 0.5h3M0.5 11.5h3" {...line} />
      </pattern>
      <pattern id="ribbon-unseen" className="text-rule-strong" {...tile} width={6} height={6}>
        <path d="M-1 7L7 -1M-1 1L1 -1M5 7L7 5" {...line} strokeWidth={0.75} />
      </pattern>
    </defs>
  )
}
