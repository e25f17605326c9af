import { open, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { expect, it } from 'vitest'
import { answerRow, formatRows, resultRow, sessionId } from '../testing/claude-home.ts'
import { drillCount, testFolder } from '../testing/folder.ts'
import { run } from '../testing/program.ts'
import { footprintFlags } from './footprint.ts'

const mib = 1024 * 1024
const fileBytes = drillCount(200, 2048) * mib
/** Node itself takes about 50 MiB, a line up to 8 MiB is held as bytes, as text and as what was parsed from it. */
const boundBytes = 200 * mib

const options = { session: sessionId(1), atMs: Date.UTC(2026, 10, 20) }
/** A call and its result of some 16 KiB. */
const rowsOf = (number: number): string =>
  formatRows([
    answerRow(options, number, { name: 'Bash', input: { command: `npm test ${number}` } }),
    resultRow(options, 1e9 + number, number, 'output '.repeat(2300)),
  ])
const longLine = (bytes: number): string =>
  `${JSON.stringify({ type: 'summary', text: 'x'.repeat(bytes) })}\n`

/** Calls, a line just under the cap every 64 MiB, and one far over it; answers how many calls. */
const fill = async (path: string): Promise<{ calls: number; sizeBytes: number }> => {
  const file = await open(path, 'wx')
  let sizeBytes = 0
  let calls = 0
  const put = async (text: string) => {
    sizeBytes += (await file.write(text)).bytesWritten
  }
  await put(longLine(40 * mib))
  for (let nextLong = 64 * mib; sizeBytes < fileBytes; ) {
    await put(Array.from({ length: 100 }, (_, index) => rowsOf(calls + index)).join(''))
    calls += 100
    if (sizeBytes < nextLong) continue
    await put(longLine(8 * mib - 100))
    nextLong += 64 * mib
  }
  await file.close()
  return { calls, sizeBytes }
}

it(`reads a session of ${fileBytes / mib} MiB in constant memory`, { timeout: 600_000 }, async () => {
  const folder = await testFolder()
  const program = join(folder, 'read-whole.mjs')
  const entry = fileURLToPath(new URL('../testing/read-whole.ts', import.meta.url))
  await build({
    entryPoints: [entry],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
  })
  const path = join(folder, `${options.session}.jsonl`)
  const { calls, sizeBytes } = await fill(path)
  const ended = await run(
    footprintFlags[0] ?? '',
    [...footprintFlags.slice(1), program, dirname(path), basename(path)],
    {},
  )
  await rm(path)
  const told = JSON.parse(ended.out || `{"err":${JSON.stringify(ended.err)}}`)
  console.info(
    `${fileBytes / mib} MiB: peak ${Math.round(told.peakBytes / mib)} MiB, state ${told.stateBytes} B`,
  )
  expect(told).toMatchObject({ offset: sizeBytes, oversized: 1, toolCalls: calls, input: calls * 10 })
  expect(told.stateBytes).toBeLessThan(4 * mib)
  expect(told.peakBytes).toBeLessThan(boundBytes)
})
