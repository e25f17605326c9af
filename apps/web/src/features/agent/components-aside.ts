import type { Component } from '@watchbill/contract/agents'

/** `4, all healthy`; `4, 1 degraded, 1 unhealthy`: the worst last, as the eye ends there. */
export function componentsAside(components: readonly Component[]): string {
  const counts = (['unknown', 'degraded', 'unhealthy'] as const).flatMap((status) => {
    const count = components.filter((one) => one.status === status).length
    return count === 0 ? [] : [`${count} ${status}`]
  })
  return [components.length, ...(counts.length === 0 ? ['all healthy'] : counts)].join(', ')
}
