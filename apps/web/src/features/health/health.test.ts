import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Check } from '@watchbill/contract/probes'
import { afterEach, describe, expect, test } from 'vitest'
import { healthSentence, readinessSentence } from './health-sentence.ts'
import { askProbe, type ProbeAnswer, parseProbe } from './probe-answer.ts'

const check = (name: string, status: Check['status']): Check => ({
  name,
  status,
  reason: null,
  ageMs: 5,
  observed: null,
  unit: null,
  threshold: null,
})
const answered = (status: Check['status'], checks: readonly Check[] | null): ProbeAnswer => ({
  kind: 'answered',
  status,
  checks,
  release: null,
})
const down: ProbeAnswer = { kind: 'unreachable', reason: 'nothing listens at its address' }

let close: () => void = () => {}
afterEach(() => close())

async function serve(answer: (cookie: string | undefined) => [number, string]): Promise<string> {
  const server = createServer((request, response) => {
    const [status, body] = answer(request.headers.cookie)
    response.writeHead(status, { 'content-type': 'application/health+json' }).end(body)
  })
  close = () => server.closeAllConnections()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  close = () => {
    server.closeAllConnections()
    server.close()
  }
  return `http://127.0.0.1:${portOf(server.address())}/readyz`
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('not listening on TCP')
  return address.port
}

describe('askProbe', () => {
  test('a failing probe answers all the same', async () => {
    const body = JSON.stringify({ status: 'fail', checks: { database: [check('database', 'fail')] } })
    const answer = await askProbe(await serve(() => [503, body]), null, 60_000)
    expect(answer).toMatchObject({ kind: 'answered', status: 'fail', checks: [{ name: 'database' }] })
  })

  test('a dead cookie does not hide the public answer', async () => {
    const url = await serve((cookie) => (cookie === undefined ? [200, '{"status":"pass"}'] : [401, '{}']))
    expect(await askProbe(url, 'wb=old', 60_000)).toMatchObject({
      kind: 'answered',
      status: 'pass',
      checks: null,
    })
  })

  test('something else on that port is named as such', async () => {
    const answer = await askProbe(await serve(() => [200, '<html>']), null, 60_000)
    expect(answer).toEqual({
      kind: 'unreachable',
      reason: 'what answered (HTTP 200) is not the control plane',
    })
  })

  test('nobody there', async () => {
    const url = await serve(() => [200, '{}'])
    close()
    expect(await askProbe(url, null, 60_000)).toEqual({
      kind: 'unreachable',
      reason: 'nothing listens at its address',
    })
  })
})

test('a document with a wrong status is not believed', () => {
  expect(parseProbe(200, { status: 'fine' }).kind).toBe('unreachable')
})

describe('readinessSentence', () => {
  test.each([
    [down, 'fail', 'The control plane cannot be reached: nothing listens at its address'],
    [answered('pass', null), 'pass', 'Ready'],
    [
      answered('pass', [check('database', 'pass'), check('disk', 'pass')]),
      'pass',
      'Ready: all 2 checks pass',
    ],
    [answered('fail', null), 'fail', 'Not ready'],
    [answered('fail', [check('database', 'fail')]), 'fail', 'Not ready: database fails'],
    [
      answered('fail', [check('database', 'fail'), check('disk', 'fail'), check('x', 'pass')]),
      'fail',
      'Not ready: database and disk fail',
    ],
    [answered('warn', [check('disk', 'warn')]), 'warn', 'Ready, but disk needs a look'],
    [answered('warn', null), 'warn', 'Ready with a warning'],
  ] as const)('%j', (answer, verdict, text) => {
    expect(readinessSentence(answer)).toEqual({ verdict, text })
  })
})

describe('healthSentence', () => {
  const ok = answered('pass', null)
  test.each([
    [down, down, null, 'fail', 'The control plane cannot be reached: nothing listens at its address'],
    [ok, answered('fail', null), null, 'fail', 'The control plane is alive, but not ready to work'],
    [answered('fail', null), ok, null, 'fail', 'The control plane is alive but not well'],
    [ok, ok, null, 'pass', 'Healthy'],
    [ok, ok, { reporting: 14, known: 15 }, 'warn', 'Healthy: 14 of 15 machines report'],
    [ok, ok, { reporting: 1, known: 1 }, 'pass', 'Healthy: the one machine reports'],
    [ok, ok, { reporting: 0, known: 0 }, 'pass', 'Healthy: no machine has reported yet'],
    [
      ok,
      answered('warn', null),
      { reporting: 2, known: 2 },
      'warn',
      'Healthy, with a warning: all 2 machines report',
    ],
  ] as const)('%j %j %j', (live, ready, coverage, verdict, text) => {
    expect(healthSentence(live, ready, coverage)).toEqual({ verdict, text })
  })
})
