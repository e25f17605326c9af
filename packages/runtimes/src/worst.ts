import type { NodeComponent } from './node-status.ts'
import { label } from './row.ts'

/** `audit_logger: chain broken; memory: slow`, the unhealthy ones first, in the order of names; null when all are well. */
export const worstOf = (components: readonly NodeComponent[]): string | null => {
  const bad = (['unhealthy', 'degraded'] as const).flatMap((status) =>
    components.filter((one) => one.status === status),
  )
  return label(bad.map(({ name, status, reason }) => `${name}: ${reason ?? status}`).join('; '), 300)
}
