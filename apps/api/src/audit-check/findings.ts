/** Something stored that does not hold. The first of its kind; `more` others like it were found behind it. */
export interface Finding {
  /** Closed words, `<what>.<fault>`: `entry.leaf`, `checkpoint.root`. */
  readonly kind: string
  /** `entry 17`, `tile 0/3`, `checkpoint 0/256`. */
  readonly place: string
  readonly detail: string
  readonly more: number
}

/** Keeps the first of each kind and counts the others, so that a log which is wrong everywhere still ends in a page. */
export const createFindings = () => {
  const found = new Map<string, { place: string; detail: string; more: number }>()
  return {
    add(kind: string, place: string, detail: string): void {
      const known = found.get(kind)
      if (known) known.more += 1
      else found.set(kind, { place, detail, more: 0 })
    },
    list: (): Finding[] => [...found].map(([kind, finding]) => ({ kind, ...finding })),
  }
}
export type Findings = ReturnType<typeof createFindings>
