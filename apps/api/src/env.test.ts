import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { EnvError, parseEnv } from './env.ts'

const complaints = (source: Record<string, string>): readonly string[] => {
  try {
    parseEnv(source)
    return []
  } catch (error) {
    if (error instanceof EnvError) return error.complaints
    throw error
  }
}

test('an empty environment is a loopback server on 4040 with a file of its own', () => {
  expect(parseEnv({ WATCHBILL_PORT: '', WATCHBILL_WEB_URL: ' ' })).toEqual({
    port: 4040,
    bind: '127.0.0.1',
    data: resolve('.watchbill'),
    publicUrl: null,
    apiUrl: null,
    webUrl: null,
    databaseUrl: `file://${resolve('.watchbill/watchbill.db')}`,
    databaseToken: null,
    cronSecret: null,
    masterKey: null,
    anchor: null,
    anchorToken: null,
    stateHome: null,
  })
})

test.each([
  ['WATCHBILL_PORT', '65536'],
  ['WATCHBILL_PORT', '-1'],
  ['WATCHBILL_PORT', '0x10'],
  ['WATCHBILL_PORT', 'http'],
  ['WATCHBILL_BIND', 'example.org'],
  ['WATCHBILL_BIND', '0.0.0.0'],
  ['WATCHBILL_BIND', '::'],
  ['WATCHBILL_BIND', '192.168.1.4'],
  ['WATCHBILL_PUBLIC_URL', 'watchbill.example'],
  ['WATCHBILL_PUBLIC_URL', 'https://watchbill.example/base'],
  ['WATCHBILL_PUBLIC_URL', 'https://user@watchbill.example'],
  ['WATCHBILL_PUBLIC_URL', 'ftp://watchbill.example'],
  ['WATCHBILL_PUBLIC_URL', 'http://watchbill.example'],
  ['WATCHBILL_API_URL', 'http://10.0.0.5:4040'],
  ['WATCHBILL_WEB_URL', 'http://10.0.0.5:3000'],
  ['WATCHBILL_WEB_URL', 'http://127.0.0.1.evil.example'],
  ['WATCHBILL_WEB_URL', 'http://127.0.0.1:3000/base'],
  ['WATCHBILL_DB_URL', 'postgres://x'],
  ['WATCHBILL_DB_URL', 'http://db.example'],
  ['WATCHBILL_INSECURE_HTTP', 'yes'],
  ['CRON_SECRET', 'short'],
  ['WATCHBILL_MASTER_KEY', 'c2hvcnQ'],
  ['WATCHBILL_MASTER_KEY', `${'A'.repeat(42)}B`],
  ['WATCHBILL_ANCHOR', 'http://anchor.example'],
  ['WATCHBILL_ANCHOR', 'ftp://anchor.example'],
])('%s=%s is refused by name', (name, value) => {
  const said = complaints({ [name]: value })
  expect(said).toHaveLength(1)
  expect(said[0]).toMatch(new RegExp(`^${name}: `))
})

test('beyond loopback without TLS takes an explicit word', () => {
  const source = {
    WATCHBILL_BIND: '0.0.0.0',
    WATCHBILL_PUBLIC_URL: 'http://watchbill.lan:4040',
    WATCHBILL_DB_URL: 'http://db.lan',
  }
  expect(complaints(source)).toHaveLength(3)
  expect(complaints({ ...source, WATCHBILL_INSECURE_HTTP: '0' })).toHaveLength(3)
  const env = parseEnv({ ...source, WATCHBILL_INSECURE_HTTP: '1' })
  expect(env).toMatchObject({ bind: '0.0.0.0', publicUrl: 'http://watchbill.lan:4040' })
})

test.each(['127.0.0.1', '127.8.9.1', '::1', 'localhost'])('binding %s needs none', (bind) => {
  expect(parseEnv({ WATCHBILL_BIND: bind }).bind).toBe(bind)
})

test('all that is wrong is said at once, and no value of a secret is repeated', () => {
  const said = complaints({ WATCHBILL_PORT: 'x', WATCHBILL_WEB_URL: 'y', CRON_SECRET: 'hunter2' })
  expect(said).toHaveLength(3)
  expect(said.join()).not.toContain('hunter2')
})
