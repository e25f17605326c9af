import type { Fault } from './fault.ts'

/** How a refused batch says where a producer's chain stands; `expectedOf` reads it back. */
export const expectedDetail = (producer: string, pseq: number): string =>
  `the next entry of ${producer} is pseq ${pseq}`

const pattern = /the next entry of (prd_[0-9a-f-]{36}) is pseq (\d{1,16})/

/** The next `pseq` of each producer that a conflict names; empty for any other refusal. */
export const expectedOf = (fault: Fault): ReadonlyMap<string, number> => {
  const found = fault.errors.flatMap(({ detail }): [string, number][] => {
    const [, producer, pseq] = pattern.exec(detail) ?? []
    return producer === undefined ? [] : [[producer, Number(pseq)]]
  })
  return new Map(fault.code === 'conflict' ? found : [])
}
