/**
 * What the script gives to `node -` (CommonJS, no dependency): checks the digest, and only then unpacks and writes
 * the launcher and the receipt that `watchbill uninstall` reads. Arguments: tarball, digest, staging folder, prefix,
 * origin, link. Exit code 3: the digest differs, nothing was unpacked.
 */
export const unpackProgram = String.raw`'use strict'
const { createHash } = require('node:crypto')
const { chmodSync, mkdirSync, readFileSync, writeFileSync } = require('node:fs')
const { dirname, join } = require('node:path')
const { gunzipSync } = require('node:zlib')
const [tarball, sha256, staging, prefix, origin, link] = process.argv.slice(2)

const bytes = readFileSync(tarball)
const found = createHash('sha256').update(bytes).digest('hex')
if (found !== sha256) {
  console.error('Why: SHA-256 is ' + found + ', expected ' + sha256 + '; nothing was unpacked')
  process.exit(3)
}

const tar = gunzipSync(bytes)
const field = (at, length) => tar.toString('latin1', at, at + length).split('\0')[0].trim()
for (let at = 0; at + 512 <= tar.length && tar[at] !== 0; ) {
  const name = field(at, 100)
  const size = parseInt(field(at + 124, 12), 8)
  if (!/^package(\/[A-Za-z0-9_][A-Za-z0-9_.-]*)+$/.test(name) || field(at + 156, 1) !== '0' || !(size >= 0))
    throw new Error('not a file of ours: ' + name)
  const path = join(staging, name.slice('package/'.length))
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, tar.subarray(at + 512, at + 512 + size))
  chmodSync(path, field(at + 100, 8) === '000755' ? 0o700 : 0o600)
  at += 512 + Math.ceil(size / 512) * 512
}

const quote = (text) => "'" + text.replaceAll("'", "'\\''") + "'"
const launcher = [
  '#!/bin/sh',
  '# Installed from ' + origin + '. To remove all of it: watchbill uninstall',
  'WATCHBILL_DATA=' + quote(join(prefix, 'data')),
  'export WATCHBILL_DATA',
  'node=' + quote(process.execPath),
  '[ -x "$node" ] || node=node',
  'exec "$node" ' + quote(join(prefix, 'program/bin/watchbill.mjs')) + ' "$@"',
  '',
].join('\n')
mkdirSync(join(prefix, 'bin'), { recursive: true })
writeFileSync(join(prefix, 'bin/watchbill'), launcher)
chmodSync(join(prefix, 'bin/watchbill'), 0o700)
const { version } = JSON.parse(readFileSync(join(staging, 'package.json'), 'utf8'))
const receipt = { v: 1, version, sha256, origin, link, installedAt: new Date().toISOString() }
writeFileSync(join(prefix, 'receipt.json'), JSON.stringify(receipt, null, 2) + '\n')
`
