import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate } from '../db/migrate.ts'
import { openDatabase } from '../db/open.ts'
import { benchAppend } from './bench-append.ts'
import { auditParts, benchAudit } from './bench-audit.ts'
import { benchHttp } from './bench-http.ts'
import { benchProofs } from './bench-proofs.ts'
import type { Bench, BenchRow } from './bench-row.ts'
import { benchVerify } from './bench-verify.ts'
import { benchWriters, runWriter } from './bench-writers.ts'
import { type Call, type Command, textOption, UsageError } from './command.ts'

const benches = {
  append: benchAppend,
  verify: benchVerify,
  proofs: benchProofs,
  writers: benchWriters,
  http: benchHttp,
}

type Part = (bench: Bench) => Promise<BenchRow[]>

const runLogBench = async (call: Call): Promise<void> => {
  const writer = textOption(call, 'writer')
  if (writer !== null) return runWriter(writer, Number(textOption(call, 'ms')), call.console.out)
  return runBench(call, partsOf(call))
}

const runBench = async (call: Call, parts: readonly Part[]): Promise<void> => {
  const quick = call.values.quick === true
  const most = quick ? 10_000 : Number(textOption(call, 'entries') ?? 1_000_000)
  if (!Number.isSafeInteger(most) || most < 10_000) throw new UsageError('--entries is a number from 10000.')
  const rows: BenchRow[] = []
  for (const part of parts) rows.push(...(await onFreshDatabase(call, { most, quick }, part)))
  const json = textOption(call, 'json')
  if (json !== null) writeFileSync(json, `${JSON.stringify(rows, null, 2)}\n`)
  else for (const row of rows) call.console.out(JSON.stringify(row))
}

const partsOf = (call: Call): Part[] => {
  const only = textOption(call, 'only')
  const parts = Object.entries(benches).filter(([name]) => only === null || name === only)
  if (parts.length === 0) throw new UsageError(`--only is one of ${Object.keys(benches).join(', ')}.`)
  return parts.map(([, part]) => part)
}

const runAuditBench = async (call: Call): Promise<void> => {
  const only = textOption(call, 'only')
  const parts = auditParts.filter((name) => only === null || name === only)
  if (parts.length === 0) throw new UsageError(`--only is one of ${auditParts.join(', ')}.`)
  const served = textOption(call, 'served')
  await runBench(call, [(bench) => benchAudit(bench, parts, served)])
}

/** Each part on a database of its own, made for it and removed again. */
const onFreshDatabase = async (
  { console }: Call,
  { most, quick }: { most: number; quick: boolean },
  part: Part,
): Promise<BenchRow[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'watchbill-bench-'))
  const path = join(folder, 'watchbill.db')
  const { now, randomBytes } = console
  try {
    await migrate({ url: `file:${path}`, now })
    const database = await openDatabase({ url: `file:${path}`, now, randomBytes })
    try {
      const sizes = [...[10_000, 100_000, 1_000_000].filter((size) => size < most), most]
      const say = (line: string) => void process.stderr.write(`  ${line}\n`)
      return await part({ folder, path, database, sizes, quick, say })
    } finally {
      await database.close()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export const benchCommands: readonly Command[] = [
  {
    name: 'log bench',
    summary:
      'Measure the audit log on this machine, on databases made for it; rows as JSON lines or in a file.',
    options: {
      json: { type: 'string' },
      entries: { type: 'string' },
      quick: { type: 'boolean' },
      only: { type: 'string' },
      // How it starts writers of its own; not for people.
      writer: { type: 'string' },
      ms: { type: 'string' },
    },
    help: `[--json FILE] [--entries 1000000] [--quick] [--only ${Object.keys(benches).join('|')}]`,
    run: runLogBench,
  },
  {
    name: 'audit bench',
    summary: 'Measure questions to the audit log on a database made for it; rows as JSON lines or in a file.',
    options: {
      json: { type: 'string' },
      entries: { type: 'string' },
      quick: { type: 'boolean' },
      only: { type: 'string' },
      // Where a bench that goes on with the same log in a browser finds it; not for people.
      served: { type: 'string' },
    },
    help: `[--json FILE] [--entries 1000000] [--quick] [--only ${auditParts.join('|')}]`,
    run: runAuditBench,
  },
]
