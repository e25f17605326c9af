import { createReadStream, createWriteStream, statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { openVerifier } from './browser.mjs'
import { goalRow, median, ms, plainRow, round } from './rows.mjs'

/** The whole log as the server exports it, written to a file once: `{ path, entries, row }`. */
export const makeExport = async ({ stage, folder, say }) => {
  const path = join(folder, 'export.jsonl')
  const started = performance.now()
  const reply = await stage.fetch('/v1/audit/export?format=jsonl')
  const entries = Number(reply.headers.get('watchbill-total'))
  say(`exporting ${entries.toLocaleString('en')} entries`)
  await pipeline(Readable.fromWeb(reply.body), createWriteStream(path))
  const seconds = (performance.now() - started) / 1000
  const bytes = statSync(path).size
  const detail = `${entries} entries, ${Math.round(bytes / 1e6)} MB of JSON lines with their proof, into a file`
  return { path, entries, row: plainRow('export by the server', entries / seconds, 'entries/s', detail) }
}

/** That file, chosen on a page and checked as the dashboard does it, by the same code. */
export const checkedExport = async ({ browser, made: { path, entries }, say }) => {
  const { keys } = await headOf(path)
  const verifier = await openVerifier(browser)
  const watch = watchWork(browser, verifier, say)
  try {
    say('checking the export')
    const cpu = await browser.cpuSeconds()
    const { answer, told } = await verifier.check(path, keys)
    const cpuSeconds = (await browser.cpuSeconds()) - cpu
    const { verdict, ms: wallMs } = answer
    const whole =
      verdict.consistent === 'yes' && verdict.signed.pinned === 'yes' && verdict.entries === entries
    if (!whole) throw new Error(`the export was not proven: ${JSON.stringify(verdict).slice(0, 500)}`)
    if (told.length === 0 && wallMs > 500) throw new Error('no progress was told')
    const long = await verifier.longTasks()
    const [heap, rss] = (await watch.stop()).map((bytes) => Math.round(bytes / 1e6))
    return [
      goalRow(
        'export verified in the browser, a million entries',
        (wallMs * 1000) / entries,
        's',
        ['<=', 20],
        `${entries} entries in ${round(wallMs / 1000)} s on ${availableParallelism()} cores: ${Math.round((entries * 1000) / wallMs)}/s, ${Math.round(entries / cpuSeconds)} per second of processor time, progress told ${told.length} times`,
      ),
      plainRow(
        'memory meanwhile',
        rss,
        'MB',
        `most of the page's process, workers and all; most heap of the workers ${heap} MB; ${verdict.pending} entries were pending`,
      ),
      plainRow(
        'long tasks of the main thread while it was checked',
        long.length,
        '',
        long.length === 0 ? 'tasks above 50 ms' : `longest ${ms(Math.max(...long))}`,
      ),
    ]
  } finally {
    await watch.stop()
    await verifier.close()
  }
}

const headOf = async (path) => {
  for await (const line of createInterface({ input: createReadStream(path) })) return JSON.parse(line)
  throw new Error('the export has no line')
}

/** Most heap of the workers and most memory of the page, bytes; and now and then a word of how far it is. */
const watchWork = (browser, { page, heapBytes }, say) => {
  let most = [0, 0]
  let ended = false
  const run = async () => {
    for (let turn = 1; !ended; turn += 1) {
      await new Promise((resolve) => setTimeout(resolve, 500))
      if (ended) return
      const now = await Promise.all([heapBytes(), browser.rssBytes()])
      most = most.map((bytes, index) => Math.max(bytes, now[index]))
      const progress = turn % 10 === 0 ? await page.evaluate(() => globalThis.progress()) : null
      if (progress !== null)
        say(`${progress.entries.toLocaleString('en')} of ${progress.of.toLocaleString('en')}`)
    }
  }
  const running = run()
  return {
    async stop() {
      ended = true
      await running
      return most
    },
  }
}

const most = 100_000
const rounds = 7

/** Headers of the log from its beginning, in memory, verified up to the root of its checkpoint again and again. */
export const reverifiedHeaders = async ({ stage, browser, made: { path }, say }) => {
  const { checkpoint } = await stage.json('/v1/audit/log')
  const count = Math.min(most, checkpoint.size)
  const { hashes } = await stage.json(`/v1/audit/consistency?from=${count}&to=${checkpoint.size}`)
  const files = { '/headers': () => Readable.from(headersOf(path, count)) }
  const verifier = await openVerifier(browser, files)
  try {
    say(`verifying ${count.toLocaleString('en')} headers in a worker, ${rounds} times`)
    const { answer: loaded } = await verifier.ask('headers', { url: '/headers' })
    if (loaded.count !== count) throw new Error(`${loaded.count} headers came instead of ${count}`)
    const cpu = await browser.cpuSeconds()
    const rates = []
    for (let round = 0; round < rounds; round += 1) {
      const { answer } = await verifier.ask('reverify', { note: checkpoint.note, hashes })
      if (!answer.holds) throw new Error('the headers do not come to the root of the checkpoint')
      rates.push((count * 1000) / answer.ms)
    }
    const perCpu = (count * rounds) / ((await browser.cpuSeconds()) - cpu)
    return [
      goalRow(
        're-verify in the browser, in memory',
        median(rates),
        'entries/s',
        ['>=', 100_000],
        `${count} headers of ${Math.round(loaded.bytes / count)} bytes in a worker: leaf hash, chain and tree; ${Math.round(perCpu)} per second of processor time`,
      ),
    ]
  } finally {
    await verifier.close()
  }
}

async function* headersOf(path, count) {
  const file = createReadStream(path)
  let left = count
  let batch = []
  try {
    for await (const line of createInterface({ input: file })) {
      if (!line.startsWith('{"entry"')) continue
      batch.push(JSON.parse(line).entry.header, '\n')
      left -= 1
      if (left > 0 && batch.length < 2000) continue
      yield batch.join('')
      batch = []
      if (left === 0) return
    }
  } finally {
    file.destroy()
  }
}
