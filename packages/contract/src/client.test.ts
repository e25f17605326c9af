import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { type ClientOptions, createClient } from './client.ts'
import { Fault } from './fault.ts'

const now = '2026-11-20T12:00:00.000Z'
const agentId = 'agt_01a1f848-b543-7e91-9e5e-989cb75f9d5f'

/** A server of one answer, and what it was asked. */
const serve = (answer: () => Response | Promise<Response>, options: Partial<ClientOptions> = {}) => {
  const asked: Request[] = []
  const client = createClient({
    baseUrl: 'http://wb.test/',
    fetch: async (input, init) => {
      asked.push(new Request(input, init))
      return answer()
    },
    ...options,
  })
  const first = () => {
    const [request] = asked
    if (!request) throw new Error('nothing was asked')
    return request
  }
  return { client, first }
}
const json = (body: unknown, init: ResponseInit = {}) => new Response(JSON.stringify(body), init)
const faultOf = async (work: Promise<unknown>): Promise<Fault> => {
  const error = await work.catch((error: unknown) => error)
  if (error instanceof Fault) return error
  throw new Error(`no Fault but ${String(error)}`)
}

describe('a call', () => {
  it('fills in path, query, workspace and credential', async () => {
    const answer = () => json({ from: now, to: now, stepMs: 1, buckets: [] })
    const { client, first } = serve(answer, {
      token: 'wb_x',
      workspace: 'demo',
      headers: { 'user-agent': 'test' },
    })
    await client.getAgentHistory({ params: { id: `${agentId}/../x` }, query: { points: '10' } })
    expect(first().url).toBe(`http://wb.test/v1/agents/${agentId}%2F..%2Fx/history?points=10&workspace=demo`)
    expect(first().headers.get('authorization')).toBe('Bearer wb_x')
    expect(first().headers.get('user-agent')).toBe('test')
  })

  it('keeps the slashes of a path that spans segments, and nothing else', async () => {
    const { client, first } = serve(() => new Response('tile'))
    await client.readTile({ params: { workspace: 'de/fault', path: 'entries/x001/234.p/5?a#b' } })
    expect(first().url).toBe('http://wb.test/log/de%2Ffault/tile/entries/x001/234.p/5%3Fa%23b')
    expect(first().headers.get('accept')).toBe('*/*')
  })

  it('leaves out what is undefined', async () => {
    const { client, first } = serve(() => json({ agents: [], nextCursor: null, total: 0, now }))
    const { agents, total } = await client.listAgents({ query: { q: 'a b&c' } })
    expect({ agents, total }).toEqual({ agents: [], total: 0 })
    expect(first().url).toBe('http://wb.test/v1/agents?q=a+b%26c')
    expect(first().headers.has('authorization')).toBe(false)
  })

  it('sends JSON, and a content type even where there is no body', async () => {
    const put = serve(() => json({ token: 't', expiresAt: now }, { status: 201 }))
    await put.client.createEnrollment({ body: { ttlSeconds: 60 } })
    expect(await put.first().json()).toEqual({ ttlSeconds: 60 })
    const removed = serve(() => new Response(null, { status: 204 }))
    expect(await removed.client.removeKey({ params: { id: 'key_x' } })).toBeUndefined()
    expect(removed.first().headers.get('content-type')).toBe('application/json')
    expect(removed.first().method).toBe('DELETE')
  })

  it('gzips from the size asked for', async () => {
    const answer = () => json({ token: 't', expiresAt: now })
    const small = serve(answer, { gzipFromBytes: 1000 })
    await small.client.createEnrollment({ body: { ttlSeconds: 60 } })
    expect(small.first().headers.has('content-encoding')).toBe(false)
    const large = serve(answer, { gzipFromBytes: 10 })
    await large.client.createEnrollment({ body: { ttlSeconds: 60 } })
    expect(large.first().headers.get('content-encoding')).toBe('gzip')
    const packed = Buffer.from(await large.first().arrayBuffer())
    expect(JSON.parse(gunzipSync(packed).toString())).toEqual({ ttlSeconds: 60 })
  })

  it('hands the stream over as a Response', async () => {
    const { client, first } = serve(() => new Response('id: 1\n\n'))
    const response = await client.streamChanges({}, { headers: { 'last-event-id': '41' } })
    expect(await response.text()).toBe('id: 1\n\n')
    expect(first().headers.get('accept')).toBe('text/event-stream')
    expect(first().headers.get('last-event-id')).toBe('41')
  })

  it('drops what the contract does not know', async () => {
    const { client } = serve(() => json({ agents: [], nextCursor: null, total: 0, now, added: 'later' }))
    expect(await client.listAgents()).toEqual({ agents: [], nextCursor: null, total: 0, now })
  })
})

describe('a refusal', () => {
  it('is the Fault the problem names', async () => {
    const problem = {
      type: 'urn:watchbill:fault:rate_limited',
      title: 'Too many requests',
      status: 429,
      code: 'rate_limited',
      detail: 'asked too often',
      mend: 'wait',
      requestId: 'req_1',
      errors: [{ pointer: 'query.q', detail: 'why' }],
    }
    const { client } = serve(() => json(problem, { status: 429, headers: { 'retry-after': '7' } }))
    expect(await faultOf(client.getFleet())).toMatchObject({
      code: 'rate_limited',
      message: 'asked too often',
      mend: 'wait',
      retryAfterSeconds: 7,
      errors: [{ pointer: 'query.q', detail: 'why' }],
    })
  })

  it.each([
    [502, 'unavailable'],
    [401, 'unauthenticated'],
    [418, 'internal'],
  ])('without a problem document goes by its status %d', async (status, code) => {
    const { client } = serve(() => new Response('<html>', { status }))
    expect((await faultOf(client.getFleet())).code).toBe(code)
  })

  it('of a stream is a Fault too, while probes are handed over as they are', async () => {
    const { client } = serve(() => new Response('no', { status: 503 }))
    expect((await faultOf(client.streamChanges())).code).toBe('unavailable')
    expect((await client.getReadyz()).status).toBe(503)
  })

  it('is "internal" when a success breaks the contract', async () => {
    for (const answer of [() => json({ agents: 7 }), () => new Response('<html>')]) {
      expect((await faultOf(serve(answer).client.listAgents())).code).toBe('internal')
    }
  })
})

describe('the network', () => {
  it('away is "unavailable", with the reason as cause', async () => {
    const { client } = serve(() => Promise.reject(new TypeError('fetch failed')))
    const fault = await faultOf(client.getFleet())
    expect([fault.code, String(fault.cause)]).toEqual(['unavailable', 'TypeError: fetch failed'])
  })

  it('left by the caller throws the caller’s reason, whichever signal it came by', async () => {
    const hang = (init?: RequestInit) =>
      new Promise<Response>((_, reject) => {
        const signal = init?.signal
        const leave = () => reject(signal?.reason)
        if (signal?.aborted) leave()
        signal?.addEventListener('abort', leave)
      })
    for (const place of ['client', 'call'] as const) {
      const other = new AbortController()
      const leaving = new AbortController()
      const signals = place === 'client' ? [leaving, other] : [other, leaving]
      const [forClient, forCall] = signals.map(({ signal }) => signal)
      const client = createClient({
        baseUrl: 'http://wb.test',
        fetch: (_, init) => hang(init),
        ...(forClient ? { signal: forClient } : {}),
      })
      const work = client.getFleet({}, forCall ? { signal: forCall } : {})
      leaving.abort(new Error('left'))
      await expect(work).rejects.toThrow('left')
    }
  })
})
