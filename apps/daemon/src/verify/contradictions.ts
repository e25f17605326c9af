/** Something that cannot be true together with what was signed or said before. */
export interface Contradiction {
  /** `entry 17`, `tile 0/3`, `checkpoint`. */
  readonly place: string
  readonly kind: string
  readonly detail: string
}

const most = 100

/** The first hundred; a log that is wrong everywhere still ends in a page. */
export const createContradictions = () => {
  const list: Contradiction[] = []
  return {
    list,
    add(place: string, kind: string, detail: string): void {
      if (list.length < most) list.push({ place, kind, detail })
    },
  }
}
export type Contradictions = ReturnType<typeof createContradictions>
