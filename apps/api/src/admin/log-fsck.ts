import { base64url } from '@watchbill/ledger'
import { checkLog, type LogCheck } from '../audit-check/check-log.ts'
import type { Finding } from '../audit-check/findings.ts'
import { createLogRows } from '../audit-check/rows.ts'
import type { Anchored } from '../audit-check/second-pass.ts'
import type { Database } from '../db/open.ts'
import { listWorkspaces } from '../identity/store.ts'
import { loadSigners } from '../seal/keys.ts'
import { type Sealing, SealRefused, type SecondPlace } from '../seal/sealing.ts'
import { readSealState } from '../seal/store.ts'
import { type Call, type Command, withDatabase } from './command.ts'
import { requireWorkspace } from './require-workspace.ts'
import { openSealed } from './sealed.ts'

const runFsck = (call: Call): Promise<void> =>
  withDatabase(call, async (database) => {
    const [wanted] = call.positionals
    const names =
      wanted === undefined
        ? (await listWorkspaces(database.installation)).map(({ id }) => id)
        : [await requireWorkspace(database, wanted)]
    const sealing = await openSealed(call)
    try {
      const checks: LogCheck[] = []
      for (const name of names) checks.push(await checkOne(call, database, sealing, name))
      if (call.values.json === true) call.console.out(JSON.stringify({ logs: checks.map(formatJson) }))
      else for (const check of checks) for (const line of formatText(check)) call.console.out(line)
      if (checks.some(({ findings }) => findings.length > 0)) call.console.exit(1)
    } finally {
      await sealing?.place.close()
    }
  })

const checkOne = async (
  { console }: Call,
  database: Database,
  sealing: Sealing | null,
  workspace: string,
): Promise<LogCheck> => {
  // Asked first: a running server may seal more meanwhile, never less.
  const sealed = sealing === null ? null : await readSealed(database, sealing, workspace)
  let saidAt = console.now()
  const check = await checkLog(createLogRows(database.dbFor(workspace), workspace), {
    workspace,
    anchored: sealed?.anchored ?? null,
    onProgress(done, of) {
      if (console.now() - saidAt < 1000) return
      saidAt = console.now()
      console.note(`${workspace}: ${done.toLocaleString('en')} of ${of.toLocaleString('en')} entries`)
    },
  })
  return { ...check, findings: [...check.findings, ...(sealed?.findings ?? [])] }
}

/** What lies outside of the database: the newest tree that was signed, what was erased, and whether our key opens its keys. */
const readSealed = async (
  database: Database,
  sealing: Sealing,
  workspace: string,
): Promise<{ anchored: Anchored | null; findings: Finding[] } | null> => {
  // A head that cannot be read is the check's to name.
  const state = await readSealState(database.dbFor(workspace), workspace).catch(() => null)
  if (state === null) return null
  const findings: Finding[] = []
  const attempt = async <T>(kind: string, place: string, work: () => Promise<T>): Promise<T | null> => {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof SealRefused)) throw error
      findings.push({ kind, place, detail: error.message, more: 0 })
      return null
    }
  }
  const newest = await attempt('second.damaged', sealing.place.where, () => sealing.place.read(state.name))
  if (state.origin !== null)
    await attempt('key.seed', `epoch ${state.epoch}`, () => loadSigners(database, sealing, state))
  const damaged = findings.some(({ kind }) => kind === 'second.damaged')
  return {
    anchored: damaged ? null : { newest, erased: await readErased(sealing.place, state.name) },
    findings,
  }
}

const readErased = async (place: SecondPlace, name: string): Promise<ReadonlyMap<number, Uint8Array>> => {
  const erased = new Map<number, Uint8Array>()
  for (let after = -1; ; ) {
    const page = await place.listErased(name, after, 1000)
    for (const { seq, leaf } of page) erased.set(seq, leaf)
    const last = page.at(-1)
    if (last === undefined) return erased
    after = last.seq
  }
}

const formatJson = ({ root, ...check }: LogCheck) => ({ ...check, root: base64url.encode(root) })

const formatText = (check: LogCheck): string[] => [
  `${check.workspace}: ${check.size.toLocaleString('en')} entries, ${check.checkpoints.toLocaleString('en')} checkpoints, ` +
    `${check.opened.toLocaleString('en')} payloads opened, second place ${check.secondPlace}`,
  `  origin ${check.origin ?? '–'}, epoch ${check.epoch}, root ${base64url.encode(check.root)}`,
  ...check.findings.map(
    ({ kind, place, detail, more }) =>
      `  ${kind} at ${place}: ${detail}${more === 0 ? '' : ` (and ${more.toLocaleString('en')} more of this kind)`}`,
  ),
  check.findings.length === 0
    ? '  Everything stored follows from the stored headers.'
    : `  ${check.findings.length} kinds of faults. Keep this database as it is; it is evidence.`,
]

const options = { json: { type: 'boolean' } } as const

export const fsckCommands: readonly Command[] = [
  {
    name: 'log fsck',
    summary:
      'Derive every log anew from its stored headers and name the first place of each kind that does not fit.',
    operands: ['[workspace]'],
    options,
    help: '[--json]',
    run: runFsck,
  },
  {
    name: 'verify',
    summary: 'The same for one workspace; files, folders and links are verified without the control plane.',
    operands: ['<workspace>'],
    options,
    help: '[--json]',
    run: runFsck,
  },
]
