import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { snapshots } from '@watchbill/contract/snapshots'
import { afterEach, expect, test } from 'vitest'
import { createFirstIds, firstSnapshotCommand } from './first-snapshot.ts'

const folder = mkdtempSync(join(tmpdir(), 'watchbill-first-'))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function stub(name: string, body: string) {
  writeFileSync(join(folder, name), `#!/bin/bash\n${body}\n`)
  chmodSync(join(folder, name), 0o755)
}

test('pasted into bash it posts one snapshot the contract takes, with a fresh key', () => {
  stub('npx', '[ "$*" = "watchbill key create --scope snapshot:write" ] && echo wb_default_key_x')
  stub('curl', `printf '%s\\n' "$@" > ${folder}/args; cat > ${folder}/body`)
  const ids = createFirstIds(Date.now(), (count) => new Uint8Array(count).fill(7))
  execFileSync('bash', ['--norc', '-c', firstSnapshotCommand('http://127.0.0.1:4040', ids)], {
    env: { ...process.env, PATH: `${folder}:${process.env.PATH}` },
  })
  const args = readFileSync(join(folder, 'args'), 'utf8')
  expect(args).toContain('http://127.0.0.1:4040/v1/snapshots')
  expect(args).toContain('authorization: Bearer wb_default_key_x')
  const parsed = snapshots.postSnapshots.body.safeParse(
    JSON.parse(readFileSync(join(folder, 'body'), 'utf8')),
  )
  expect(parsed.error?.issues ?? []).toEqual([])
})
