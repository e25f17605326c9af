import { execFileSync } from 'node:child_process'
import { afterEach, describe, expect, test } from 'vitest'
import { createTestApp, type TestApp, type TestAppOptions } from '../testing/app.ts'
import { programOrigin, travelsInClear } from './origin.ts'
import { installScript } from './script.ts'

const program = { bytes: new TextEncoder().encode('a tarball'), sha256: 'ab'.repeat(32) }

let world: TestApp | undefined
afterEach(() => world?.close())
const open = async (options: TestAppOptions = {}) => {
  world = await createTestApp({ ...options, deps: { program, ...options.deps } })
  return world
}

describe('GET /install', () => {
  test('is a script anyone may read, with the origin and the digest in it', async () => {
    const response = await (await open()).request('/install')
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    expect(response.headers.get('cache-control')).toBe('no-store')
    const script = await response.text()
    expect(script).toMatch(/^#!\/bin\/sh\n/)
    expect(script).toContain("\norigin='http://watchbill.test:4040'\n")
    expect(script).toContain(`\nsha256='${program.sha256}'\n`)
    expect(script).not.toMatch(/wb_[a-z]/)
  })

  test.each(['dash', 'bash'])('reads as POSIX sh to %s', (shell) => {
    const script = installScript({ origin: 'http://127.0.0.1:4040', sha256: program.sha256, version: '1' })
    const posix = shell === 'bash' ? ['--posix'] : []
    const found = execFileSync('sh', ['-c', `command -v ${shell} || :`], { encoding: 'utf8' }).trim()
    if (found === '') return console.info(`no ${shell} here: not tried`)
    execFileSync(found, [...posix, '-n'], { input: script })
  })

  test('plain http beyond this machine is refused by the script itself unless asked for', async () => {
    const far = await open({ config: { publicUrl: 'http://fleet.test:4040' } })
    expect(await (await far.request('/install', { headers: { host: 'fleet.test:4040' } })).text()).toContain(
      '\nclear=1\n',
    )
    expect(travelsInClear('https://fleet.test')).toBe(false)
    expect(travelsInClear('http://127.0.0.1:4040')).toBe(false)
  })

  test.each([
    ['http://watchbill.localhost:4040', 'http://127.0.0.1:4040'],
    ['http://localhost:4040', 'http://127.0.0.1:4040'],
    ['https://watchbill.example.org', 'https://watchbill.example.org'],
  ])('%s is %s to a program', (publicUrl, origin) => expect(programOrigin(publicUrl)).toBe(origin))

  test.each(["http://a'b", 'http://a$(id)', 'http://a\nid', 'http://a`id`', 'http://a"b', 'http://a b'])(
    'an origin that could leave its quotes is never written: %j',
    (origin) => expect(() => installScript({ origin, sha256: 'ab', version: '1' })).toThrow('not fit'),
  )
})

describe('GET /install/watchbill.tgz', () => {
  test('named by its digest it is kept for ever; otherwise asked for again', async () => {
    const { request } = await open()
    const named = await request(`/install/watchbill.tgz?sha256=${program.sha256}`)
    expect([named.status, named.headers.get('cache-control')]).toEqual([
      200,
      'public, max-age=31536000, immutable',
    ])
    expect(named.headers.get('content-type')).toBe('application/gzip')
    expect(new Uint8Array(await named.arrayBuffer())).toEqual(program.bytes)
    const bare = await request('/install/watchbill.tgz')
    const etag = bare.headers.get('etag') ?? ''
    expect([etag, bare.headers.get('cache-control')]).toEqual([`"${program.sha256}"`, 'public, no-cache'])
    await bare.body?.cancel()
    const held = await request('/install/watchbill.tgz', { headers: { 'if-none-match': etag } })
    expect([held.status, await held.text()]).toEqual([304, ''])
  })

  test.each([
    [`?sha256=${'cd'.repeat(32)}`, 410],
    ['?sha256=ABC', 400],
    ['?colour=red', 400],
  ])('%s: %i', async (query, status) => {
    const response = await (await open()).request(`/install/watchbill.tgz${query}`)
    expect([response.status, response.headers.get('content-type')]).toEqual([
      status,
      'application/problem+json',
    ])
  })
})

test.each(['/install', '/install/watchbill.tgz'])(
  '%s without a built daemon: 503 that says so',
  async (path) => {
    const response = await (await open({ deps: { program: null } })).request(path)
    expect(response.status).toBe(503)
    expect(await response.json()).toMatchObject({
      code: 'unavailable',
      mend: expect.stringContaining('npm run build'),
    })
  },
)

test.each(['/install', '/install/watchbill.tgz'])('%s is absent at the edge', async (path) => {
  const response = await (await open({ config: { runtime: 'edge' } })).request(path)
  expect(response.status).toBe(404)
})
