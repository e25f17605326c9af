import type { Check, HealthDocument } from '@watchbill/contract/probes'

/** What a probe found, ready to be said in either format. */
export interface Report {
  /** `livez`, `readyz`, `readyz/database`. */
  readonly name: string
  readonly checks: readonly Check[]
  readonly excluded: readonly string[]
  /** Names asked to be excluded that are no check: said, never refused, as kube-apiserver does. */
  readonly unknown: readonly string[]
}

export interface Audience {
  /** Holds probe:read: may see which check, why, how old. */
  readonly detail: boolean
  readonly verbose: boolean
  readonly build: { readonly version: string; readonly releaseId: string }
}

/** 200 or 503; text as Kubernetes writes it, or draft-inadarei-api-health-check-06 on request. */
export const probeResponse = (request: Request, report: Report, audience: Audience): Response => {
  const counted = report.checks.filter((check) => !report.excluded.includes(check.name))
  const status = worst(counted)
  const json = wantsJson(request)
  const body = json ? formatHealth(counted, status, audience) : formatText(report, status, audience)
  return new Response(body, {
    status: status === 'fail' ? 503 : 200,
    headers: {
      'content-type': json ? 'application/health+json' : 'text/plain; charset=utf-8',
      'cache-control': 'no-store',
      vary: 'accept, authorization, cookie',
    },
  })
}

const worst = (checks: readonly Check[]): Check['status'] => {
  if (checks.some((check) => check.status === 'fail')) return 'fail'
  return checks.some((check) => check.status === 'warn') ? 'warn' : 'pass'
}

const wantsJson = (request: Request): boolean =>
  /\bapplication\/(health\+)?json\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/i.test(request.headers.get('accept') ?? '')

const formatHealth = (checks: readonly Check[], status: Check['status'], audience: Audience): string => {
  const document: HealthDocument = audience.detail
    ? { status, ...audience.build, checks: Object.fromEntries(checks.map((check) => [check.name, [check]])) }
    : { status: status === 'fail' ? 'fail' : 'pass' }
  return `${JSON.stringify(document)}\n`
}

/** As kube-apiserver: `ok`, or every line when asked or when something failed. */
const formatText = (report: Report, status: Check['status'], audience: Audience): string => {
  if (!audience.detail) return status === 'fail' ? 'not ok\n' : 'ok\n'
  if (!audience.verbose && status !== 'fail') return 'ok\n'
  const warning = report.unknown.map((name) => JSON.stringify(name)).join(',')
  return [
    ...report.checks.map((check) => formatLine(check, report.excluded.includes(check.name))),
    ...(warning === '' ? [] : [`warn: some health checks cannot be excluded: no matches for ${warning}`]),
    `${report.name} check ${status === 'fail' ? 'failed' : 'passed'}`,
    '',
  ].join('\n')
}

const formatLine = (check: Check, excluded: boolean): string => {
  if (excluded) return `[+]${check.name} excluded: ok`
  const age = check.ageMs === null ? '' : ` (${Math.round(check.ageMs)} ms ago)`
  if (check.status === 'pass') return `[+]${check.name} ok`
  const sign = check.status === 'fail' ? '-' : '+'
  const word = check.status === 'fail' ? 'failed' : 'ok, but'
  return `[${sign}]${check.name} ${word}: ${check.reason ?? 'reason unknown'}${age}`
}
