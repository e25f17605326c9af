import { openVerifier } from './browser.mjs'
import { goalRow, median, ms, share } from './rows.mjs'

/** Rows verified at once: what the dashboard hands over of a query. */
const atOnce = 100
const sets = 16
const rounds = 12

/** Rows that answer a query wherever they stand in the log, as the server gives and proves them, in a worker. */
export const scatteredRows = async ({ stage, browser, say }) => {
  const { checkpoint, size } = await stage.json('/v1/audit/log')
  say(`proofs of ${sets} x ${atOnce} scattered rows`)
  const questions = []
  for (let set = 0; set < sets; set += 1) questions.push(await questionOf(stage, checkpoint, size, set))
  const verifier = await openVerifier(browser)
  try {
    await requireRefusals(verifier, questions[0])
    await verifier.longTasks()
    say(`verifying them in a worker, ${rounds} times`)
    const cpu = await browser.cpuSeconds()
    const waited = []
    for (let round = 0; round < rounds; round += 1)
      for (const question of questions) {
        const { answer, waitedMs } = await verifier.ask('rows', question)
        if (!answer) throw new Error('rows of the log were not proven')
        waited.push(waitedMs)
      }
    const cpuMs = ((await browser.cpuSeconds()) - cpu) * 1000
    const long = await verifier.longTasks()
    const hashes = median(questions.map((question) => question.hashes.length))
    const span = median(questions.map(({ seqs }) => seqs.at(-1) - seqs[0]))
    const what = `${atOnce} rows over ${span} places of ${checkpoint.size}, ${hashes} hashes`
    return [
      goalRow(
        `${atOnce} scattered rows verified, p50`,
        median(waited),
        'ms',
        ['<=', 50],
        `${what}: selection proof and commitments, there and back from the page`,
      ),
      goalRow(
        `${atOnce} scattered rows verified, p95`,
        share(waited, 0.95),
        'ms',
        ['<=', 50],
        `${waited.length} times; the first ${ms(waited[0])}, most ${ms(share(waited, 1))}; ${ms(cpuMs / waited.length)} of processor time each, page and all`,
      ),
      goalRow(
        'long tasks of the main thread meanwhile',
        long.length,
        '',
        ['<=', 0],
        long.length === 0 ? 'tasks above 50 ms' : `longest ${ms(Math.max(...long))}`,
      ),
    ]
  } finally {
    await verifier.close()
  }
}

/**
 * File names of the made-up log, each in one of 5,000 entries: as many digits as leave two hundred answers. Half of them,
 * every other one, so that the same rows are asked for every time.
 */
const questionOf = async (stage, { note, size }, logSize, set) => {
  const digits = Math.min(4, Math.max(1, Math.round(Math.log10(logSize)) - 2))
  const lowest = 10 ** (digits - 1)
  const name = lowest + ((set * 37) % (4 * lowest))
  const query = new URLSearchParams({ q: `file${name}${digits === 4 ? '' : '*'}`, limit: '200' })
  const { entries } = await stage.json(`/v1/audit/entries?${query}`)
  const rows = entries
    .filter(({ seq }, index) => seq < size && index % 2 === 0)
    .slice(0, atOnce)
    .sort((one, other) => one.seq - other.seq)
  if (rows.length < atOnce * 0.7) throw new Error(`only ${rows.length} rows answer file${name}`)
  const seqs = rows.map(({ seq }) => seq)
  const { hashes } = await stage.json(`/v1/audit/proofs?seqs=${seqs.join(',')}&size=${size}`)
  return { rows: rows.map(({ header, members }) => ({ header, members })), seqs, note, hashes }
}

/** What says yes to everything is fast as well. */
const requireRefusals = async (verifier, question) => {
  const [first, ...rest] = question.rows
  const { header, members } = first
  const later = header.replace(/"ts":(\d+)/, (_, ts) => `"ts":${Number(ts) + 1}`)
  const other = members.map((member) => (member.name === 'tool' ? { ...member, value: 'None' } : member))
  for (const changed of [
    { header: later, members },
    { header, members: other },
  ]) {
    const { answer } = await verifier.ask('rows', { ...question, rows: [changed, ...rest] })
    if (answer) throw new Error('a changed row passed for one of the log')
  }
}
