import * as z from 'zod/mini'
import { endpoint } from './endpoint.ts'
import { text } from './values.ts'

/** Kubernetes query style: `?verbose` and `?exclude=name` (repeat or comma); `verbose` carries no value. */
export const ProbeQuery = z.strictObject({ verbose: z.optional(text(10)), exclude: z.optional(text(200)) })

/** draft-inadarei-api-health-check: one check. Detail is present for callers with probe:read only. */
export const Check = z.object({
  name: z.string(),
  status: z.enum(['pass', 'warn', 'fail']),
  /** Why, in one sentence. */
  reason: z.nullable(z.string()),
  /** How old the observation is, ms. */
  ageMs: z.nullable(z.number()),
  observed: z.nullable(z.union([z.number(), z.string()])),
  unit: z.nullable(z.string()),
  threshold: z.nullable(z.string()),
})
export type Check = z.infer<typeof Check>
export const HealthDocument = z.object({
  status: z.enum(['pass', 'warn', 'fail']),
  version: z.optional(z.string()),
  releaseId: z.optional(z.string()),
  checks: z.optional(z.record(z.string(), z.array(Check))),
})
export type HealthDocument = z.infer<typeof HealthDocument>

export const probes = {
  getLivez: endpoint({
    method: 'GET',
    path: '/livez',
    scope: null,
    errors: 'probe',
    query: ProbeQuery,
    reply: 'text',
    summary: 'Is the process alive? Text, or application/health+json on request',
  }),
  getReadyz: endpoint({
    method: 'GET',
    path: '/readyz',
    scope: null,
    errors: 'probe',
    query: ProbeQuery,
    reply: 'text',
    summary: 'Can it do its work? 200 or 503 within 2 s of the truth; detail needs probe:read',
  }),
  getReadyzCheck: endpoint({
    method: 'GET',
    path: '/readyz/:check',
    scope: null,
    errors: 'probe',
    query: ProbeQuery,
    reply: 'text',
    params: z.strictObject({ check: z.string().check(z.regex(/^[a-z][a-z-]{0,39}$/)) }),
    summary: 'One readiness check alone',
  }),
  getMetrics: endpoint({
    method: 'GET',
    path: '/metrics',
    scope: 'probe:read',
    errors: 'probe',
    reply: 'text',
    summary: 'Prometheus text format',
  }),
  getOpenapi: endpoint({
    method: 'GET',
    path: '/openapi.json',
    scope: null,
    reply: 'bytes',
    summary: 'This API as OpenAPI 3.1',
  }),
}
