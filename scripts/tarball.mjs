import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { root } from './run.mjs'

/** npm's own: a date of zero makes some unpackers complain. */
const packedAtSeconds = 499_162_500
const blockBytes = 512

/** What `/install/watchbill.tgz` hands out: the daemon's bundle without source maps, its launcher, and who made it. */
const programFiles = (dist) => {
  const { version, license, engines } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))
  const manifest = {
    name: 'watchbill',
    version,
    license,
    type: 'module',
    engines,
    bin: { watchbill: 'bin/watchbill.mjs' },
  }
  const bundle = readdirSync(dist)
    .filter((name) => /\.(js|wasm)$/.test(name))
    .map((name) => [`dist/${name}`, withoutMap(readFileSync(`${dist}/${name}`), name)])
  return [
    ['LICENSE', readFileSync(`${root}LICENSE`)],
    ['bin/watchbill.mjs', readFileSync(`${root}apps/daemon/bin/watchbill.mjs`)],
    ['package.json', Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`)],
    ...bundle,
  ].sort(([left], [right]) => (left < right ? -1 : 1))
}

const withoutMap = (bytes, name) =>
  name.endsWith('.js')
    ? Buffer.from(bytes.toString().replace(/\n\/\/# sourceMappingURL=.*\n?$/, '\n'))
    : bytes

/** A ustar header; numbers in octal, as POSIX.1-1988 has them. */
const header = (path, size) => {
  const block = Buffer.alloc(blockBytes)
  const octal = (value, width) => `${value.toString(8).padStart(width - 1, '0')}\0`
  block.write(`package/${path}`, 0)
  block.write(octal(path.startsWith('bin/') ? 0o755 : 0o644, 8), 100)
  block.write(octal(0, 8), 108)
  block.write(octal(0, 8), 116)
  block.write(octal(size, 12), 124)
  block.write(octal(packedAtSeconds, 12), 136)
  block.write(' '.repeat(8), 148)
  block.write('0', 156)
  block.write('ustar\x0000', 257)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return block
}

const tar = (files) =>
  Buffer.concat([
    ...files.flatMap(([path, bytes]) => [
      header(path, bytes.length),
      bytes,
      Buffer.alloc((blockBytes - (bytes.length % blockBytes)) % blockBytes),
    ]),
    Buffer.alloc(2 * blockBytes),
  ])

/** Writes the tarball; the same bundle gives the same bytes, whatever the clock, user or system. Answers with its digest. */
export const packProgram = (
  dist = `${root}apps/daemon/dist`,
  target = `${root}apps/api/dist/watchbill.tgz`,
) => {
  const packed = gzipSync(tar(programFiles(dist)), { level: 9 })
  // RFC 1952: byte 9 names the operating system; 255 is "unknown".
  packed[9] = 255
  mkdirSync(dirname(target), { recursive: true })
  const held = existsSync(target) && readFileSync(target)
  if (!held || !packed.equals(held)) writeFileSync(target, packed)
  return createHash('sha256').update(packed).digest('hex')
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  // A folder with a bundle, and where the tarball goes; both as built unless named.
  console.log(packProgram(...process.argv.slice(2)))
}
