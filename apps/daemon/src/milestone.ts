/** Something that happens once and can be waited for from the beginning. */
export interface Milestone {
  readonly reached: Promise<void>
  reach(): void
}

export const createMilestone = (): Milestone => {
  let reach = () => {}
  const reached = new Promise<void>((resolve) => {
    reach = resolve
  })
  return { reached, reach: () => reach() }
}
