import type { PartKind } from './histogram-scale.ts'

/** What fills each part; told apart without colour: hatched, barred, plain. */
export const partFill: Readonly<Record<PartKind, { readonly fill: string; readonly colour: string }>> = {
  denied: { fill: 'url(#entries-denied)', colour: 'text-failed' },
  asked: { fill: 'url(#entries-asked)', colour: 'text-waiting' },
  // Lighter than muted text and 3:1 on the ground (WCAG 1.4.11); opaque, for a gap may lie behind it.
  other: { fill: 'currentColor', colour: 'text-[color-mix(in_srgb,var(--muted)_75%,var(--ground))]' },
}

const tile = { patternUnits: 'userSpaceOnUse', width: 4, height: 4 } as const

/** Drawn once for the page. */
export function HistogramPatterns() {
  return (
    <defs>
      <pattern id="entries-denied" className="text-failed" {...tile}>
        <rect width="4" height="4" fill="currentColor" />
        <path d="M-1 1L1 -1M0 4L4 0M3 5L5 3" className="stroke-ground" strokeWidth="0.75" />
      </pattern>
      <pattern id="entries-asked" className="text-waiting" {...tile}>
        <rect width="2.6" height="4" fill="currentColor" />
      </pattern>
      <pattern id="entries-gap" className="text-rule-strong" {...tile} width={6} height={6}>
        <path d="M-1 -1L7 7M-1 5L1 7M5 -1L7 1" fill="none" stroke="currentColor" strokeWidth="0.75" />
      </pattern>
    </defs>
  )
}
