import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { scrub, scrubShapes } from './scrub.ts'

const numRuns = process.env.WATCHBILL_DRILLS === '1' ? 5000 : 500
const seed = Number(process.env.WATCHBILL_SEED ?? Date.now() % 2 ** 31)

const letters = 'Zq7pLx2Vb9Kd4Rf8Tn3Wm6Hs1Jc5Gy0EoAuIi'
/** Random-looking text of a length, without looking like a key to those who scan this file. */
const body = (length: number, alphabet = letters) =>
  Array.from({ length }, (_, index) => alphabet[(index * 7 + 3) % alphabet.length]).join('')
const upper = (length: number) => body(length, 'Q7ZPLX2VB9KD4RF8TN3WM6HS')
const hex = (length: number) => body(length, '3a9f0c7e1b5d2846')
const b64 = (text: string) => btoa(text).replace(/=+$/, '')

/** Name, secret, and the part of it that must be gone. */
const planted: readonly (readonly [string, string])[] = [
  ['aws access key', `AKIA${upper(16)}`],
  ['aws temporary key', `ASIA${upper(16)}`],
  ['aws secret key', body(40)],
  ['github classic', `ghp_${body(36)}`],
  ['github oauth', `gho_${body(36)}`],
  ['github app', `ghs_${body(36)}`],
  ['github fine-grained', `github_pat_${body(22)}_${body(59)}`],
  ['gitlab personal', `glpat-${body(20)}`],
  ['gitlab pipeline', `glptt-${hex(40)}`],
  ['slack bot', `xoxb-${'1234567890'}-${'0987654321'}-${body(24)}`],
  ['slack app', `xapp-1-A0${upper(8)}-123456-${hex(40)}`],
  ['stripe live', `sk_live_${body(24)}`],
  ['stripe restricted', `rk_test_${body(24)}`],
  ['stripe webhook', `whsec_${body(32)}`],
  ['openai', `sk-${body(48)}`],
  ['openai project', `sk-proj-${body(60)}`],
  ['anthropic', `sk-ant-api03-${body(80)}-AA`],
  ['google api', `AIza${body(35)}`],
  ['google oauth', `ya29.${body(60)}`],
  ['google client secret', `GOCSPX-${body(28)}`],
  ['npm', `npm_${body(36)}`],
  ['pypi', `pypi-AgEIcHlwaS5vcmc${body(60)}`],
  ['hugging face', `hf_${body(34)}`],
  ['sendgrid', `SG.${body(22)}.${body(43)}`],
  ['digitalocean', `dop_v1_${hex(64)}`],
  ['shopify', `shpat_${hex(32)}`],
  ['vault', `hvs.${body(40)}`],
  ['twilio', `SK${hex(32)}`],
  ['telegram', `123456789:AA${body(33)}`],
  ['age', `AGE-SECRET-KEY-1${upper(58)}`],
  ['ours', `wb_default_machine_${body(43)}`],
  ['jwt', `eyJ${b64('{"alg":"HS256"}')}.eyJ${b64('{"sub":"kim"}')}.${body(43)}`],
  ['hex key', hex(32)],
  ['hex key of 64', hex(64)],
  ['random token', body(43)],
]

const places: readonly ((secret: string) => string)[] = [
  (s) => s,
  (s) => `Use ${s} for now.`,
  (s) => `export KEY=${s}\nmake deploy`,
  (s) => `{"command":"curl -H \\"X-Thing: ${s}\\" https://api.example"}`,
  (s) => `(${s})`,
  (s) => `line\n${s}\nline`,
  (s) => `--key=${s}`,
  (s) => `"${s}",`,
  (s) => `https://example.com/callback?x=${s}&y=1`,
]

const bySurroundings: readonly (readonly [string, string, string])[] = [
  ['password=', 'mysql password=hunter2 now', 'hunter2'],
  ['PASSWORD:', 'PASSWORD: hunter2', 'hunter2'],
  ['json', '{"password":"correct horse battery staple"}', 'horse'],
  ['escaped json', '{"body":"{\\"password\\": \\"correct horse\\"}"}', 'horse'],
  ['yaml', 'db_password: s3cr3t!', 's3cr3t'],
  ['single quotes', "secret => 'abc def'", 'abc'],
  ['env', 'DB_PASSWORD=abc GITHUB_TOKEN=short1 npm publish', 'short1'],
  ['prefixed', 'MY_APP_SECRET_KEY=abcdef', 'abcdef'],
  ['pass', 'DB_PASS=hunter2 make', 'hunter2'],
  ['npmrc', '//registry.npmjs.org/:_auth=aHVudGVyMg', 'aHVudGVyMg'],
  ['sshpass', 'sshpass -p hunter2 ssh kim@host', 'hunter2'],
  ['redis-cli', 'redis-cli -h cache -a hunter2 PING', 'hunter2'],
  ['netrc', 'machine x login kim password hunter2', 'hunter2'],
  ['flag', 'tool --password hunter2 --verbose', 'hunter2'],
  ['flag with equals', 'tool --api-key=abc123', 'abc123'],
  ['flag quoted', 'tool --client-secret "two words"', 'words'],
  ['curl user', 'curl -u kim:hunter2 https://example.com', 'hunter2'],
  ['url', 'git clone https://kim:hunter2@git.example/x.git', 'hunter2'],
  ['postgres url', 'postgres://app:p%40ss@db:5432/x', 'p%40ss'],
  ['redis url', 'redis://:hunter2@cache:6379', 'hunter2'],
  ['query', 'https://x.example/a?token=abc123&b=1', 'abc123'],
  ['signed url', 'https://x.example/a?sig=ab%2Fcd&se=2026', 'ab%2Fcd'],
  ['bearer', 'Authorization: Bearer abc.def-123', 'abc.def'],
  ['bearer alone', 'sends Bearer 0123456789abc here', '0123456789abc'],
  ['basic', 'authorization: Basic a2ltOmh1bnRlcjI=', 'a2ltOmh1'],
  ['header in shell', `curl -H 'X-Api-Key: abc' https://x`, 'abc'],
  ['cookie', 'Cookie: sid=abc; theme=dark', 'abc'],
  ['pem', `-----BEGIN RSA PRIVATE KEY-----\n${body(64)}\n-----END RSA PRIVATE KEY-----`, body(20)],
  ['pem in json', `"-----BEGIN PRIVATE KEY-----\\nMIIabc\\nxyz\\n-----END PRIVATE KEY-----\\n"`, 'MIIabc'],
  ['pem cut off', '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1r', 'b3Blbn'],
  ['slack webhook', `https://hooks.slack.com/services/T000/B000/${body(24)}`, body(24)],
]

const survives = [
  'The quick brown fox jumps over the lazy dog.',
  'git push origin main && npm run build -- --watch',
  'src/features/agent/native-detail.test.ts:120:14 error TS2322: Type string is not assignable',
  '/usr/lib/x86_64-linux-gnu/libstdc++.so.6.0.30',
  'commit 7d0fd8682b3da456e821a77bd50573953aabbccd',
  'session 7d0fd868-2b3d-456e-a821-77bd50573953 ended',
  'model claude-sonnet-4-5-20250929 and gpt-5-codex and gemini-2.5-flash-preview-09-2025',
  'input_tokens=1200 max_tokens: 4096, total tokens: 12',
  'const token = await getToken()',
  'interface Login { password: string; token: string | null }',
  'password: $PASSWORD, token=$(cat token), secret: process.env.SECRET',
  'The bearer of this letter is basically allowed to pass.',
  'docker pull node@sha256:3a9f0c7e1b5d28463a9f0c7e1b5d28463a9f0c7e1b5d28463a9f0c7e1b5d2846',
  'getElementByTestIdAndWaitForItToDisappear2 useInfiniteQueryWithCancellation',
  'PermissionRequestHookTimeoutMilliseconds',
  'risk-management and task-force-one-two-three-four, desk-lamp-under-the-table',
  'https://git.example/acme/shop/-/merge_requests/1234?tab=changes',
  'ssh://git@github.com/acme/shop.git',
  'mail kim@example.com at 10:30',
  'session-2026-11-20T09-29-7d0fd868.jsonl',
  'rollout-2026-11-20T09-26-05-01a1f847-0384-7a93-babc-b171a4c18c2b.jsonl',
  'Die Straße ist naß; 日本語のテキスト 🎉',
  '0.0.0.0:8080 127.0.0.1 fe80::1 1,234,567.89',
  'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa ========================================',
  'toolu_fake00010 call_0002 msg_0008',
  'Tests: pass: 12, fail: 3; compass=north; author: kim; mkdir -p build',
]

describe('scrub', () => {
  it.each(planted)('%s is gone wherever it stands', (_name, secret) => {
    for (const place of places) expect(scrub(place(secret))).not.toContain(secret.slice(-12))
  })

  it.each(bySurroundings)('%s: %s', (_name, text, secret) => {
    expect(text).toContain(secret)
    expect(scrub(text)).not.toContain(secret)
  })

  it.each(survives)('leaves %s', (text) => {
    expect(scrub(text)).toBe(text)
  })

  it('keeps what stands around a secret', () => {
    expect(scrub('git clone https://kim:pw@git.example/x.git && make')).toBe(
      'git clone https://[redacted]@git.example/x.git && make',
    )
    expect(scrub('A_TOKEN=abc make test')).toBe('A_TOKEN=[redacted] make test')
  })

  it('finds random keys of 32 characters and more, in nearly all cases', () => {
    const alphabet = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789']
    let missed = 0
    let tried = 0
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...alphabet), { minLength: 32, maxLength: 64 }).map((all) => all.join('')),
        (key) => {
          tried += 1
          if (scrub(`key ${key} end`).includes(key)) missed += 1
        },
      ),
      { numRuns: numRuns * 2, seed },
    )
    console.info(`scrub: ${missed} of ${tried} random keys were not seen, seed ${seed}`)
    expect(missed / tried).toBeLessThan(0.05)
  })

  it('is settled after one pass, and takes any text', () => {
    const any = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 400 }),
      fc
        .array(fc.oneof(fc.constantFrom(...survives, ...planted.map(([, secret]) => secret)), fc.string()))
        .map((all) => all.join(' ')),
    )
    fc.assert(
      fc.property(any, (text) => {
        const clean = scrub(text)
        for (const [, secret] of planted) expect(clean).not.toContain(secret)
        expect(scrub(clean)).toBe(clean)
      }),
      { numRuns, seed },
    )
  })

  it.each([
    'a'.repeat(200_000),
    'password'.repeat(25_000),
    'https://'.repeat(25_000),
    '-----BEGIN A-----'.repeat(10_000),
    `${'x:'.repeat(100_000)}@`,
    'eyJ'.repeat(60_000),
    'Bearer '.repeat(30_000),
    '"'.repeat(200_000),
    'A1b2C3'.repeat(30_000),
    '--token'.repeat(30_000),
    'cookie: '.repeat(30_000),
    ' -u a'.repeat(40_000),
  ])('does not stall on 200 KB of a hostile repetition', (text) => {
    // Work that grew with the square of the text would take minutes here, past the test's own limit.
    expect(typeof scrub(text)).toBe('string')
  })

  it('scrubShapes leaves ids that merely look random', () => {
    const id = 'toolu_01Zq7pLx2Vb9Kd4Rf8Tn3Wm6Hs'
    expect(scrubShapes(id)).toBe(id)
    expect(scrubShapes(`AKIA${upper(16)}`)).toBe('[redacted aws key]')
  })
})
