import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { withCleanMachines } from '../testing/clean-machine.ts'
import { listing, readProc } from '../testing/installing.ts'

const m = withCleanMachines()

describe('uninstall', () => {
  test('lists, stops the daemon, and leaves the home as it was', async () => {
    const before = listing(m().home)
    await m().install()
    const { pid } = JSON.parse((await m().watchbill('status --json')).out)
    expect(existsSync(join(m().home, '.watchbill-agent/program'))).toBe(true)
    const dry = await m().watchbill('uninstall --dry-run')
    expect(dry.out).toContain('Would remove:')
    for (const part of ['.local/bin/watchbill', 'program', 'data', 'receipt.json'])
      expect(dry.out).toContain(part)
    expect(readProc(pid, 'cmdline')).toContain('start --foreground')
    const gone = await m().watchbill('uninstall')
    expect(gone, gone.err).toMatchObject({ code: 0, err: '' })
    expect(gone.out).toContain(`The daemon has stopped (pid ${pid}); nothing is left.`)
    expect(readProc(pid, 'cmdline')).toBe('')
    expect(listing(m().home)).toEqual(before)
  })

  test('--keep-data keeps who this machine is; installing again needs no token', async () => {
    await m().install()
    const count = (await m().machines()).length
    const kept = await m().watchbill('uninstall --keep-data --json')
    expect(JSON.parse(kept.out)).toMatchObject({ dryRun: false, stopped: true })
    expect(existsSync(join(m().home, '.watchbill-agent/program'))).toBe(false)
    expect(existsSync(m().credentialPath)).toBe(true)
    const again = await m().run(m().bareLine)
    expect(again, again.err).toMatchObject({ code: 0, err: '' })
    expect((await m().machines()).length).toBe(count)
  })

  test('a service goes with it, even when its config can no longer be read', async () => {
    if (process.platform !== 'linux') return console.info('no systemd here: not tried')
    const units = join(m().home, '.config/systemd/user')
    mkdirSync(units, { recursive: true })
    const said = join(m().scratch, 'systemctl.log')
    const systemctl = join(m().scratch, 'path/systemctl')
    writeFileSync(systemctl, `#!/bin/sh\necho "$@" >>'${said}'\n`)
    chmodSync(systemctl, 0o755)
    const before = listing(m().home)
    await m().install()
    const done = await m().watchbill('service install --user')
    expect(done.code, done.err).toBe(0)
    expect(listing(units)).toHaveLength(1)
    writeFileSync(join(m().home, '.watchbill-agent/data/daemon/config.yaml'), 'version: 99\n')
    const gone = await m().watchbill('uninstall')
    expect(gone.code, gone.err).toBe(0)
    expect(gone.out).toContain('(service, 1 file')
    expect(readFileSync(said, 'utf8')).toMatch(/--user disable --now watchbill-[0-9a-f]{8}\.service/)
    expect(listing(m().home)).toEqual(before)
  })

  test('a strange option is refused and nothing is touched', async () => {
    await m().install()
    const before = existsSync(join(m().home, '.watchbill-agent/program'))
    const refused = await m().watchbill('uninstall --everything')
    expect([refused.code, before]).toEqual([2, true])
    expect(refused.err).toContain('--everything')
    expect(existsSync(join(m().home, '.watchbill-agent/program/dist/watchbill.js'))).toBe(true)
  })
})
