import { base64url, evidence, merkle, notes } from '@watchbill/ledger'
import { proveKeys } from '../audit/key-proofs.ts'
import { createLogRows } from '../audit-check/rows.ts'
import { writeFolder } from '../audit-check/write-folder.ts'
import { readKeys, readLog } from '../log/store.ts'
import { type Call, type Command, consoleActor, textOption, UsageError, withDatabase } from './command.ts'
import { requireWorkspace } from './require-workspace.ts'

const runExport = (call: Call): Promise<void> =>
  withDatabase(call, async (database) => {
    const [folder = ''] = call.positionals
    const { out, note, exit } = call.console
    const workspace = await requireWorkspace(database, textOption(call, 'workspace'))
    const db = database.dbFor(workspace)
    const log = await readLog(db, workspace)
    const checkpoint = log?.checkpoint ?? null
    const said =
      checkpoint === null ? null : notes.parseCheckpoint(notes.parseNote(checkpoint.note)?.text ?? '')
    if (log === null || checkpoint === null || said === null)
      throw new UsageError(
        `nothing of ${workspace} is sealed yet; start the server, or: watchbill log fsck ${workspace}`,
      )
    const payloads = call.values.payloads === true
    // Before anything leaves: an export that nobody can see in the log has not taken place.
    const data = { size: said.size, payloads }
    await database.record({ type: 'log.exported', workspace, actor: consoleActor, data })
    const onProgress = (done: number, of: number) =>
      done % 65_536 === 0 && note(`${done.toLocaleString('en')} of ${of.toLocaleString('en')} entries`)
    const keyPath = evidence.formatKeyPath([
      ...(await proveKeys(db, workspace, await readKeys(db, workspace))).values(),
    ])
    const root = await writeFolder(createLogRows(db, workspace), {
      folder,
      workspace,
      checkpoint,
      payloads,
      keyPath,
      onProgress,
    })
    if (!merkle.sameHash(root, said.root)) {
      out(
        `${folder} holds what is stored, and that is not what was signed: run watchbill log fsck ${workspace}`,
      )
      exit(1)
      return
    }
    out(
      `${folder}: ${said.size.toLocaleString('en')} entries of ${said.origin}, root ${base64url.encode(root)}`,
    )
    if (log.size > said.size) note(`${log.size - said.size} entries were not sealed yet and are not in it.`)
    note(`Check it anywhere: watchbill verify ${folder} --key <verifier key>`)
  })

export const exportCommands: readonly Command[] = [
  {
    name: 'log export',
    summary:
      'Write a log to a new folder, in C2SP tiles, as far as it is sealed; --payloads adds what was said.',
    operands: ['<folder>'],
    options: { workspace: { type: 'string' }, payloads: { type: 'boolean' } },
    help: '[--workspace default] [--payloads]',
    run: runExport,
  },
]
