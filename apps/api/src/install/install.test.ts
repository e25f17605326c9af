import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { quoted, withCleanMachines } from '../testing/clean-machine.ts'
import { leanPath, listing, paste, readProc, watchProcesses } from '../testing/installing.ts'
import { until } from '../testing/until.ts'

const m = withCleanMachines()

describe('one pasted line', () => {
  test('on a machine with Node, curl and coreutils alone: it appears, and no argument ever held the token', async () => {
    const token = await m().newToken()
    const before = (await m().machines()).length
    const since = performance.now()
    let pasted = { code: null as number | null, out: '', err: '' }
    const seen = await watchProcesses(token, async () => {
      pasted = await m().run(m().lineFor(token))
    })
    expect(pasted, pasted.err).toMatchObject({ code: 0, err: '' })
    await until(async () => (await m().machines()).length === before + 1)
    console.info(
      `pasted -> listed: ${((performance.now() - since) / 1000).toFixed(1)} s, ${seen.rounds} looks`,
    )
    expect([...seen.inArguments]).toEqual([])
    // The look was sharp enough to see the one process that is meant to have it.
    const sharp = [...seen.inEnvironment].some((line) => line.includes('enroll --api'))
    expect(sharp || seen.rounds === 0).toBe(true)
    const meant = (line: string) => line.startsWith('sh -c #!/bin/sh') || line.includes('enroll --api')
    expect([...seen.inEnvironment].filter((line) => !meant(line))).toEqual([])
    // It joined before its daemon began to report.
    const reporting = async () => (await m().machines()).filter((machine) => machine.reporting)
    await until(async () => (await reporting()).length === 1)
    expect((await reporting())[0]?.daemonVersion).toBe('0.1.0')
    const status = JSON.parse((await m().watchbill('status --json')).out)
    expect(readProc(status.pid, 'environ')).not.toContain(token)
    expect(pasted.out).toContain('uninstall')
  })

  test('a token joins one machine: the second use is refused, and leaves nothing', async () => {
    const token = await m().newToken()
    expect((await m().run(m().lineFor(token))).code).toBe(0)
    await m().watchbill('uninstall')
    const before = listing(m().home)
    const again = await m().run(m().lineFor(token))
    expect(again.code).toBe(1)
    expect(again.err).toContain('the control plane refused the token')
    expect(again.err).toContain('already used')
    expect(again.err).toContain('Add a machine')
    expect(again.err).toContain('Nothing was left behind')
    expect(again.err).not.toContain(token)
    expect(listing(m().home)).toEqual(before)
  })

  test('a tarball changed on the way is refused before it is unpacked, and the token is still good', async () => {
    const token = await m().newToken()
    const before = listing(m().home)
    m().man.change = (path, body) => {
      if (path.startsWith('/install/watchbill.tgz'))
        body[body.length >> 1] = (body[body.length >> 1] ?? 0) ^ 1
      return body
    }
    const refused = await m().run(m().lineFor(token))
    expect(refused.code).toBe(1)
    expect(refused.err).toContain('not what the control plane built')
    expect(refused.err).toContain('nothing was unpacked')
    expect(listing(m().home)).toEqual(before)
    m().man.change = (_path, body) => body
    expect((await m().run(m().lineFor(token))).code).toBe(0)
  })

  test('half a script does nothing', async () => {
    const before = listing(m().home)
    for (const share of [0.3, 0.6, 0.9, 0.999]) {
      m().man.change = (path, body) => (path === '/install' ? body.subarray(0, body.length * share) : body)
      await m().run(m().lineFor('wb_default_enr_none'))
      expect(listing(m().home)).toEqual(before)
    }
  })

  test('interrupted while it downloads, it leaves nothing', async () => {
    const before = listing(m().home)
    m().man.change = (path, body) => (path.startsWith('/install/watchbill.tgz') ? null : body)
    let group = 0
    const pasted = paste(m().lineFor(await m().newToken()), m().env, (pid) => {
      group = pid
    })
    await until(async () => existsSync(join(m().home, '.watchbill-agent/staging')))
    process.kill(-group, 'SIGINT')
    expect((await pasted).code).not.toBe(0)
    await until(async () => !existsSync(join(m().home, '.watchbill-agent')))
    expect(listing(m().home)).toEqual(before)
  })

  test('pasted again it renews the program and stays the same machine, without a token', async () => {
    await m().install()
    const before = [readFileSync(m().credentialPath, 'utf8'), (await m().machines()).length]
    const pid = JSON.parse((await m().watchbill('status --json')).out).pid
    const again = await m().run(m().bareLine)
    expect(again, again.err).toMatchObject({ code: 0, err: '' })
    expect([readFileSync(m().credentialPath, 'utf8'), (await m().machines()).length]).toEqual(before)
    expect(JSON.parse((await m().watchbill('status --json')).out).pid).not.toBe(pid)
  })
})

describe('what it asks of a machine', () => {
  const nodeThatIsOld = () => {
    const path = leanPath(join(m().scratch, 'old'), ['node'])
    writeFileSync(join(path, 'node'), '#!/bin/sh\n[ "$1" = -v ] && echo v18.20.0 && exit\nexit 1\n')
    chmodSync(join(path, 'node'), 0o755)
    return path
  }
  const cases: [string, () => Record<string, string>, string][] = [
    ['Node', () => ({ PATH: leanPath(join(m().scratch, 'none'), ['node']) }), 'Node is missing'],
    ['a Node that is new enough', () => ({ PATH: nodeThatIsOld() }), 'this is v18.20.0'],
    ['an absolute place', () => ({ WATCHBILL_PREFIX: 'here' }), 'here is not an absolute path'],
    ['a place in a folder that is there', () => ({ WATCHBILL_PREFIX: `${m().home}/a/b` }), 'cannot be made'],
    [
      'a place nobody else has',
      () => ({ WATCHBILL_PREFIX: `${m().home}/.local` }),
      'was not made by this script',
    ],
  ]
  test.each(cases)('%s, and it says so', async (_what, more, said) => {
    const before = listing(m().home)
    const refused = await m().run(m().lineFor(await m().newToken()), more())
    expect(refused.code).not.toBe(0)
    expect(refused.err).toContain(said)
    expect(refused.err).toContain('Mend: ')
    expect(listing(m().home)).toEqual(before)
  })

  test('a token: a terminal is asked for it and does not show it', async () => {
    const script = ['/usr/bin/script', '/bin/script'].find(existsSync)
    if (process.platform !== 'linux' || script === undefined) return console.info('no script(1): not tried')
    const token = await m().newToken()
    const [typed, shown] = [join(m().scratch, 'typed'), join(m().scratch, 'shown')]
    // Somebody who waits for the question, then types.
    const said = (words: string) =>
      `n=0; until grep -q '${words}' '${shown}' 2>/dev/null || [ $n = 900 ]; do n=$((n + 1)); sleep 0.1; done`
    // The end of what is typed is the end of the terminal: it comes after the end of the story.
    const story = [said('Enrolment'), `printf '%s\\n' '${token}'`, said('The daemon started\\|Why: ')]
    writeFileSync(typed, story.join('\n'))
    const line = `sh '${typed}' | '${script}' -qec '${m().bareLine}' /dev/null >'${shown}'`
    await m().run(line, { PATH: `${m().env.PATH}:/usr/bin:/bin` })
    const out = readFileSync(shown, 'utf8')
    expect(out).toContain('Enrolment token (not shown): ')
    expect(out).toContain('The daemon started')
    expect(out).not.toContain(token)
  })

  test('a token, where no terminal can be asked', async () => {
    const refused = await m().run(m().bareLine)
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('a token is needed')])
    expect(existsSync(join(m().home, '.watchbill-agent'))).toBe(false)
  })

  test('a place of its own choosing, and a command of the same name that stays', async () => {
    writeFileSync(join(m().home, '.local/bin/watchbill'), 'mine')
    const prefix = join(m().scratch, 'elsewhere')
    const before = listing(m().home)
    const done = await m().run(m().lineFor(await m().newToken()), { WATCHBILL_PREFIX: prefix })
    expect(done.code, done.err).toBe(0)
    expect(done.out).toContain('belongs to something else and stays')
    expect(listing(m().home)).toEqual(before)
    writeFileSync(join(prefix, 'notes.txt'), 'not ours')
    const gone = await m().run(`${quoted(prefix)}/bin/watchbill uninstall`)
    expect(gone.out).toContain('notes.txt')
    expect(listing(prefix).map((line) => line.split(' ')[0])).toEqual([join(prefix, 'notes.txt')])
    expect(listing(m().home)).toEqual(before)
  })
})
