import { createServer } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectedMigration } from './db/expected-migration.ts'
import { buildPrograms, type Programs } from './testing/process.ts'
import { until } from './testing/until.ts'

let programs: Programs
beforeAll(async () => {
  programs = await buildPrograms()
})
afterAll(() => programs.cleanup())

const line = (text: string) => text.trimEnd()
const at = (port: number | null, path: string) => `http://127.0.0.1:${port}${path}`

describe('a server in a process of its own', () => {
  test('migrates, answers, signs in by a link from the console, and ends in peace', async () => {
    const { port, child, ended } = await programs.serve()
    // Each check has a second; a busy machine may need another look.
    await until(async () => (await fetch(at(port, '/readyz'))).status === 200)
    expect((await fetch(at(port, '/v1/fleet'))).status).toBe(401)
    expect((await fetch(at(port, '/'))).status).toBe(503)

    const made = await programs.admin(['key', 'create', '--scope', 'fleet:read,probe:read', '--name', 'ci'])
    expect(made).toMatchObject({ code: 0, stderr: '' })
    const headers = { authorization: `Bearer ${line(made.stdout)}` }
    const fleet = (await (await fetch(at(port, '/v1/fleet'), { headers })).json()) as { workspace: unknown }
    expect(fleet.workspace).toMatchObject({ id: 'default', kind: 'real' })
    expect(await (await fetch(at(port, '/metrics'), { headers })).text()).toMatch(
      /process_resident_memory_bytes \d+/,
    )

    const link = await programs.admin(['sign-in'], { WATCHBILL_PORT: String(port) })
    const [, token] =
      new RegExp(`^http://watchbill\\.localhost:${port}/sign-in#([\\w-]{43})$`).exec(line(link.stdout)) ?? []
    const redeem = () =>
      fetch(at(port, '/v1/sign-in'), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ token }),
      })
    const first = await redeem()
    expect([first.status, first.headers.getSetCookie()]).toEqual([200, [expect.stringMatching(/^wb=/)]])
    expect((await redeem()).status).toBe(401)

    const stream = await fetch(at(port, '/v1/stream'), { headers })
    expect(stream.headers.get('content-type')).toContain('text/event-stream')
    const drained = new Response(stream.body).text().catch(() => 'cut')
    child.kill('SIGTERM')
    const { code, stderr } = await ended
    expect(code, stderr).toBe(0)
    await drained
    expect(stderr).not.toContain(token)
    expect(stderr).not.toContain(line(made.stdout))
    for (const one of line(stderr).split('\n')) expect(JSON.parse(one)).toHaveProperty('msg')
  })

  test('a key made or revoked by the console counts at once, and streams end', async () => {
    const { port, child, ended } = await programs.serve()
    const made = await programs.admin(['key', 'create', '--scope', 'fleet:read', '--ttl', '1h'])
    const headers = { authorization: `Bearer ${line(made.stdout)}` }
    const stream = await fetch(at(port, '/v1/stream'), { headers })
    expect(stream.status).toBe(200)
    const self = (await (await fetch(at(port, '/v1/self'), { headers })).json()) as { actor: { id: string } }
    const revoked = performance.now()
    expect((await programs.admin(['key', 'revoke', self.actor.id])).code).toBe(0)
    expect((await fetch(at(port, '/v1/self'), { headers })).status).toBe(401)
    await new Response(stream.body).text().catch(() => 'cut')
    console.info(
      `the stream ended ${Math.round(performance.now() - revoked)} ms after revocation was asked for`,
    )
    child.kill('SIGINT')
    expect((await ended).code).toBe(0)
  })

  test('a port that is taken is said, with the way out', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const address = other.address()
    const port = typeof address === 'object' && address ? address.port : 0
    const { ended } = await programs.serve({ WATCHBILL_PORT: String(port) })
    const { code, stderr } = await ended
    expect(code).toBe(2)
    expect(stderr).toContain(`cannot listen on 127.0.0.1:${port}: another program has that port`)
    expect(stderr).toContain('WATCHBILL_PORT=')
    await new Promise((resolve) => other.close(resolve))
  })

  test.each([
    [{ WATCHBILL_BIND: '0.0.0.0' }, 'WATCHBILL_INSECURE_HTTP=1'],
    [{ WATCHBILL_PORT: 'no' }, 'WATCHBILL_PORT'],
    [{ WATCHBILL_DATA: '/dev/null/data' }, 'data folder'],
  ])('a wrong start (%j) ends with what is wrong and how to mend it', async (env, said) => {
    const { ended } = await programs.serve(env)
    const { code, stderr } = await ended
    expect(code).toBe(2)
    expect(stderr).toContain(said)
    expect(stderr).not.toMatch(/^\s+at /m)
  })
})

describe('the console', () => {
  beforeAll(async () => {
    await programs.admin(['migrate'])
    await programs.admin(['workspace', 'init'])
  })

  test.each([
    [['kye', 'create'], 'Did you mean `watchbill key create`?'],
    [['key', 'create'], '--scope is missing'],
    [['key', 'create', '--scope', 'fleet:raed'], 'Did you mean fleet:read?'],
    [['key', 'create', '--scope', 'machine:join'], 'Choose from'],
    [['key', 'create', '--scope', 'fleet:read', '--ttl', '30'], 'not a duration'],
    [['key', 'create', '--scope', 'fleet:read', '--ttl', '1s'], '--ttl must be'],
    [['key', 'create', '--scope', 'fleet:read', '--workspace', 'defualt'], 'did you mean default?'],
    [['key', 'create', '--scope', 'fleet:read', '--colour', 'red'], '--colour'],
    [['key', 'revoke'], 'usage: watchbill key revoke <id>'],
    [['enroll-token', '--ttl', '2d'], '--ttl must be'],
  ])('%j is asked wrongly: exit 2, nothing on stdout', async (args, said) => {
    const { code, stdout, stderr } = await programs.admin(args)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(said)
  })

  test('a key that does not exist cannot be revoked: exit 1', async () => {
    const answer = await programs.admin(['key', 'revoke', 'key_00000000-0000-7000-8000-000000000000'])
    expect(answer.code).toBe(1)
    expect(answer.stderr).toContain('No key key_')
  })

  test('before there is a database, says how to get one', async () => {
    const { code, stderr } = await programs.admin(['sign-in'], { WATCHBILL_DATA: `${programs.data}/none` })
    expect(code).toBe(2)
    expect(stderr).toContain('watchbill migrate')
  })

  test('migrate and init can be repeated; list shows keys without secrets', async () => {
    expect((await programs.admin(['migrate'])).stdout).toContain(`at ${expectedMigration}`)
    expect((await programs.admin(['workspace', 'init'])).code).toBe(0)
    const made = line((await programs.admin(['key', 'create', '--scope', 'key:read'])).stdout)
    const listed = await programs.admin(['key', 'list', '--json'])
    const keys = JSON.parse(listed.stdout) as { scopes: string[] }[]
    expect(keys.some((key) => key.scopes.includes('key:read'))).toBe(true)
    expect(listed.stdout).not.toContain(made.split('_key_')[1])
    expect((await programs.admin(['key', 'list'])).stdout).toContain('[key:read]')
  })

  test('an enrolment token is printed alone', async () => {
    const { stdout, stderr, code } = await programs.admin(['enroll-token'])
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^wb_default_enr_[\w-]{43}\n$/)
  })

  test('the demo is told through a running server, in a workspace of its own, and goes whole', async () => {
    const { port, child, ended } = await programs.serve()
    const env = { WATCHBILL_PORT: String(port) }
    expect(await programs.admin(['demo', 'create'], env)).toMatchObject({ code: 0, stderr: '' })
    const key = await programs.admin(['key', 'create', '--scope', 'fleet:read', '--workspace', 'demo'])
    const headers = { authorization: `Bearer ${line(key.stdout)}` }
    const fleet = (await (await fetch(at(port, '/v1/fleet'), { headers })).json()) as { agentCount: number }
    expect(fleet).toMatchObject({ workspace: { id: 'demo', kind: 'demo' }, agentCount: 200 })
    const keys = JSON.parse((await programs.admin(['key', 'list', '--workspace', 'demo', '--json'])).stdout)
    expect(keys).toEqual([
      expect.objectContaining({ name: 'console', revokedAt: null }),
      expect.objectContaining({ name: 'demo feed', revokedAt: expect.any(String) }),
    ])
    expect((await programs.admin(['demo', 'remove'])).code).toBe(0)
    expect((await programs.admin(['demo', 'remove'])).code).toBe(1)
    expect((await fetch(at(port, '/v1/fleet'), { headers })).status).toBe(401)
    expect((await programs.admin(['key', 'list', '--workspace', 'demo'])).code).toBe(2)
    expect((await programs.admin(['key', 'list'])).code).toBe(0)
    child.kill('SIGTERM')
    expect((await ended).code).toBe(0)
  })

  test('help lists every command', async () => {
    const { stdout } = await programs.admin(['help'])
    for (const name of [
      'migrate',
      'workspace init',
      'sign-in',
      'enroll-token',
      'key create',
      'key list',
      'key revoke',
      'demo create',
    ])
      expect(stdout).toContain(`watchbill ${name}`)
  })
})
