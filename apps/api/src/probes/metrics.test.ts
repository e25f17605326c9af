import { afterEach, describe, expect, test } from 'vitest'
import { createTestApp, type TestApp, type TestAppOptions } from '../testing/app.ts'

const worlds: TestApp[] = []
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close()
})
const start = async (options: TestAppOptions = {}): Promise<TestApp> => {
  const world = await createTestApp(options)
  worlds.push(world)
  return world
}
const seer = async (world: TestApp) => ({ authorization: `Bearer ${await world.key(['probe:read'])}` })
const text = async (world: TestApp, path: string, headers: Record<string, string> = {}) =>
  (await world.request(path, { headers })).text()

/** Splits an exposition into families and checks its grammar, line by line. */
const parseMetrics = (exposition: string) => {
  const samples = new Map<string, number>()
  const typeOf = new Map<string, string>()
  for (const line of exposition.trimEnd().split('\n')) {
    const [, name, type] = /^# TYPE (\S+) (counter|gauge|histogram)$/.exec(line) ?? []
    if (name && type) typeOf.set(name, type)
    if (line.startsWith('#')) {
      expect(line).toMatch(/^# (HELP \S+ .+|TYPE \S+ (counter|gauge|histogram))$/)
      continue
    }
    const [, series, value] =
      /^([a-z0-9_]+(?:\{(?:[a-z_]+="(?:[^"\\\n]|\\[\\n"])*",?)+\})?) (-?[0-9.e+-]+|NaN|[+-]Inf)$/i.exec(
        line,
      ) ?? []
    if (!series) throw new Error(`not a sample: ${line}`)
    const family = series.replace(/\{.*/, '').replace(/_(bucket|sum|count)$/, '')
    expect([...typeOf.keys()]).toContain(typeOf.has(family) ? family : series.replace(/\{.*/, ''))
    expect(samples.has(series), `${series} stands twice`).toBe(false)
    samples.set(series, Number(value))
  }
  return samples
}

describe('metrics', () => {
  test('are valid Prometheus text and count what was asked', async () => {
    const world = await start({
      config: { releaseId: 'a"b\\c\nd' },
      deps: { vitals: () => ({ residentBytes: 5e7, startedAtMs: 1000, loopLagSeconds: 0.01 }) },
    })
    const headers = await seer(world)
    await world.request('/v1/agents/none', { headers })
    await world.request('/nowhere')
    for (let count = 0; count < 3; count += 1) await world.request('/livez')
    const response = await world.request('/metrics', { headers })
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    const body = await response.text()
    expect(body).toContain('watchbill_build_info{version="0.0.0",release="a\\"b\\\\c\\nd"} 1')
    const samples = parseMetrics(body)
    const live = 'route="/livez",method="GET",status="2xx"'
    expect(samples.get(`watchbill_http_requests_total{${live}}`)).toBe(3)
    expect(samples.get(`watchbill_http_request_duration_seconds_bucket{${live},le="+Inf"}`)).toBe(3)
    expect(samples.get(`watchbill_http_request_duration_seconds_count{${live}}`)).toBe(3)
    expect(
      samples.get('watchbill_http_requests_total{route="/v1/agents/:id",method="GET",status="4xx"}'),
    ).toBe(1)
    expect(samples.get('watchbill_ready{check="writes"}')).toBe(1)
    expect(samples.get('watchbill_agents{workspace="default",state="waiting"}')).toBe(0)
    expect(samples.get('watchbill_journal_seq{workspace="default"}')).toBe(0)
    expect(samples.get('watchbill_snapshots_total{status="late"}')).toBe(0)
    expect(samples.get('process_resident_memory_bytes')).toBe(5e7)
    expect(body).not.toContain('workspace="other"')
    expect(body).not.toContain('nowhere')
  })

  test('a histogram is cumulative up to its count', async () => {
    const world = await start()
    for (const seconds of [0.001, 0.03, 0.2, 4, 60]) world.deps.meters.answered('/x', 'GET', 200, seconds)
    const samples = parseMetrics(await text(world, '/metrics', await seer(world)))
    const at = (le: string) =>
      samples.get(
        `watchbill_http_request_duration_seconds_bucket{route="/x",method="GET",status="2xx",le="${le}"}`,
      )
    expect(['0.005', '0.05', '0.25', '5', '10', '+Inf'].map(at)).toEqual([1, 2, 3, 4, 4, 5])
  })
})
