import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openBackend } from '../db/open.ts'
import { type Console, openConsole } from '../testing/audit-console.ts'
import { parseCsv } from '../testing/csv.ts'
import { until } from '../testing/until.ts'

const hostile = 'git \u001b[31mpush\u202e \u0007now'

let desk: Console
beforeAll(async () => {
  desk = await openConsole()
  const { write, untilSealed } = desk
  await write(
    { request: 'git push' },
    { tool: 'Read' },
    { request: hostile },
    { tool: 'Edit', request: 'a.ts' },
  )
  await untilSealed()
})
afterAll(() => desk.close())

const audit: Console['audit'] = (args, ...more) => desk.audit(args, ...more)
const linesOf = (text: string) => text.split('\n').filter((line) => line !== '')

it('prints one line for each entry, newest first, and nothing in it moves the cursor', async () => {
  const { code, stdout, stderr } = await audit(['tool:Bash'])
  expect([code, stderr]).toEqual([0, ''])
  expect(linesOf(stdout)).toEqual([
    expect.stringMatching(
      /^2026-11-20 \d\d:\d\d:\d\dZ {2}· – {6}agt_.+ {2}tool\.called Bash git \\u\{1b\}\[31mpush\\u\{202e\} \\u\{7\}now$/,
    ),
    expect.stringMatching(/tool\.called Bash git push$/),
  ])
  const own = await audit(['action:key.created', '--limit', '1'])
  expect(own.stdout).toMatch(/control-plane {5}key\.created .*scopes=\["entry:write"\]/)
  expect(own.stderr).toMatch(/^1 of (about )?\d+; more with --limit\n$/)
  expect(await audit(['tool:Never'])).toMatchObject({ code: 0, stdout: '', stderr: 'No entry answers.\n' })
  expect(linesOf((await audit(['-tool:Bash', '--limit', '3'])).stdout).join()).not.toContain('Bash')
})

it('prints JSON lines, counts, and the control plane’s own CSV', async () => {
  const json = await audit(['tool:Bash sort:oldest', '--json', '--limit', '1'])
  expect(json.code).toBe(0)
  expect(JSON.parse(json.stdout)).toMatchObject({ payload: 'shown', members: expect.any(Array) })
  const invisible = await audit([`seq:${(JSON.parse(json.stdout).seq as number) + 2}`, '--json'])
  for (const character of ['\u001b', '\u202e']) expect(invisible.stdout).not.toContain(character)
  expect(JSON.stringify(JSON.parse(invisible.stdout))).toContain('\u202e')
  const count = await audit(['--count', 'tool:Bash,Read,Edit'])
  expect(count.stdout).toMatch(/^4 entries answer\n/)
  expect(count.stdout).toMatch(/\ntool:\n(.+\n)? {2}2 {2}Bash\n/)
  expect(JSON.parse((await audit(['--count', '--json', 'tool:Read'])).stdout)).toMatchObject({
    total: { count: 1 },
  })
  const csv = await audit(['--csv', 'tool:Bash'])
  const [names = [], ...rows] = parseCsv(csv.stdout)
  expect(rows.map((row) => row[names.indexOf('request')])).toEqual([
    'git push',
    'git \\u{1b}[31mpush\\u{202e} \\u{7}now',
  ])
})

it('marks the very place of what it does not understand', async () => {
  const { code, stdout, stderr } = await audit(['tool:Bash decision:denid 漢'])
  expect([code, stdout]).toEqual([2, ''])
  const lines = stderr.split('\n')
  const at = lines.findIndex((line) => line.includes('decision:denid'))
  expect([lines[at], lines[at + 1]]).toEqual(['  tool:Bash decision:denid 漢', '                     ^^^^^'])
  expect(stderr).toMatch(/^Mend: .*deny/m)
  const far = await audit([`${'tool:a '.repeat(40)}nofield:x`])
  const [line = '', carets = ''] = far.stderr.split('\n').slice(2)
  expect([far.code, line.slice(carets.indexOf('^')).startsWith('nofield')]).toEqual([2, true])
})

it('takes its key from the environment or a file, and says how to make one', async () => {
  const none = await audit(['tool:Bash'], null)
  expect([none.code, none.stderr]).toEqual([
    2,
    expect.stringContaining('key create --scope audit:read,log:read'),
  ])
  const path = join(desk.home, 'key')
  writeFileSync(path, `${desk.keys.reader}\n`)
  expect((await audit(['--key-file', path, 'tool:Bash', '--count'], null)).code).toBe(0)
  expect((await audit(['x'], `wb_default_key_${'a'.repeat(43)}`)).stderr).toContain('refused the key')
  expect((await audit(['x', '--verify'], desk.keys.blind)).stderr).toContain('log:read')
  expect((await audit(['x', '--api', 'http://watchbill.example'])).stderr).toContain('in clear')
  expect((await audit(['x', '--api', 'http://127.0.0.1:9'])).stderr).toContain('/livez')
  for (const args of [
    ['--csv', '--json'],
    ['--count', '--follow'],
    ['--limit', '0'],
    ['a', 'b'],
    ['--key', 'x'],
  ])
    expect((await audit(args)).code, args.join(' ')).toBe(2)
})

it('follows, and when the control plane is killed goes on where it was: none missed, none twice', async () => {
  const child = spawn(process.execPath, [desk.program, 'audit', '--follow', '--json', 'tool:Bash'], {
    env: desk.envOf(desk.keys.reader),
  })
  let text = ''
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    text += piece
  })
  child.stderr.setEncoding('utf8').on('data', (piece: string) => {
    said += piece
  })
  const closed = once(child, 'close')
  const seqs = () => linesOf(text).map((line) => JSON.parse(line).seq as number)
  await until(async () => seqs().length === 2)
  const wanted = [...seqs()]
  for (let round = 0; round < 3; round += 1) {
    wanted.push(...(await desk.write({}, {})))
    await desk.restart('SIGKILL')
    wanted.push(...(await desk.write({ request: `after ${round}` })))
    await desk.write({ tool: 'Read' })
  }
  await until(async () => seqs().length >= wanted.length)
  wanted.push(...(await desk.write({})))
  await until(async () => seqs().length >= wanted.length)
  child.kill('SIGINT')
  expect(await closed).toEqual([0, null])
  expect(seqs()).toEqual(wanted)
  expect(said).toContain('trying again')
})

it('proves what it shows, remembers the log, and finds one changed byte', async () => {
  await desk.untilSealed()
  const first = await audit(['tool:Bash', '--verify'])
  expect(first.stdout).toContain('It holds.')
  expect(first.stdout).toContain('not pinned by you')
  expect(first.code).toBe(0)
  await desk.write({})
  await desk.untilSealed()
  const second = await audit(['--verify', '--limit', '999'])
  expect(second.stdout).toContain('this log extends it')
  expect(second.stdout).toContain('you have seen with this log before')
  expect(second.code).toBe(0)
  const [seq = 0] = await desk.write({ request: 'to be changed' })
  await desk.untilSealed()
  await desk.restart('SIGTERM', () => tamper(seq))
  const broken = await audit(['tool:Bash', '--verify', '--limit', '999'])
  expect(broken.stdout).toContain(`CONTRADICTED  at entry ${seq}: inclusion`)
  expect(broken.stdout).not.toContain(`at entry ${seq - 1}:`)
  expect(broken.code).toBe(1)
  const json = await audit(['tool:Bash', '--verify', '--json'])
  expect([json.code, JSON.parse(json.stderr)]).toMatchObject([1, { holds: false }])
})

/** Another time in one header, by hand. */
const tamper = async (seq: number) => {
  const backend = await openBackend({ url: `file:${join(desk.data, 'watchbill.db')}` })
  await backend.client.execute('DROP TRIGGER entries_no_update')
  await backend.client.execute({
    sql: `UPDATE entries SET header = CAST(replace(CAST(header AS TEXT), '"ts":17', '"ts":16') AS BLOB) WHERE seq = ?`,
    args: [seq],
  })
  await backend.close()
}
