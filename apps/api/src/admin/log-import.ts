import { base64url } from '@watchbill/ledger'
import { checkLog } from '../audit-check/check-log.ts'
import { importRows } from '../audit-check/import-rows.ts'
import { FolderError, type FolderLog, openFolder } from '../audit-check/read-folder.ts'
import { createLogRows } from '../audit-check/rows.ts'
import { type Database, openBackend } from '../db/open.ts'
import { randomId } from '../db/own-entry.ts'
import { listWorkspaces } from '../identity/store.ts'
import { continueLog } from '../seal/continue.ts'
import { openSealing } from '../seal/node-sealing.ts'
import { type Call, type Command, consoleActor, textOption, UsageError, withDatabase } from './command.ts'

const runImport = (call: Call): Promise<void> =>
  withDatabase(call, async (database) => {
    const [folder = ''] = call.positionals
    const { out, note, exit } = call.console
    try {
      const log = await openFolder(folder, textOption(call, 'key'))
      const { workspace } = log.facts
      if ((await listWorkspaces(database.installation)).some(({ id }) => id === workspace))
        throw new UsageError(
          `there is a workspace ${workspace} already, and its log goes on; use another installation`,
        )
      await layDown(call, log)
      const check = await checkLog(createLogRows(database.dbFor(workspace), workspace), {
        workspace,
        anchored: null,
      })
      for (const { kind, place, detail } of check.findings) out(`${kind} at ${place}: ${detail}`)
      if (check.findings.length > 0) exit(1)
      const origin = await begin(call, database, log)
      out(`${workspace}: ${log.size.toLocaleString('en')} entries, signed by ${log.signedBy}`)
      out(`It goes on as ${origin}; where it came from is its first entry.`)
      if (textOption(call, 'key') === null)
        note('The signing key came along with the folder: compare the fingerprint, or import with --key.')
    } catch (error) {
      throw error instanceof FolderError ? new UsageError(`${folder}: ${error.message}`) : error
    }
  })

const layDown = async ({ env, console }: Call, log: FolderLog): Promise<void> => {
  const backend = await openBackend({ url: env.databaseUrl, authToken: env.databaseToken ?? undefined })
  try {
    await importRows(backend.client, log, {
      ownProducer: randomId('prd', console.randomBytes),
      now: console.now(),
      onProgress: (done, of) =>
        done % 65_536 === 0 &&
        console.note(`${done.toLocaleString('en')} of ${of.toLocaleString('en')} entries`),
    })
  } finally {
    await backend.close()
  }
}

/** The next epoch: this installation has no key of the old one and never had (SECURITY "Log, sealer, keys, restore"). */
const begin = async (call: Call, database: Database, log: FolderLog): Promise<string> => {
  const { now, randomBytes } = call.console
  const { workspace } = log.facts
  const sealing = await openSealing(call.env)
  try {
    const continued = await continueLog({ ...database, now, randomBytes }, sealing, workspace, consoleActor)
    const data = { origin: log.origin, size: log.size, root: base64url.encode(log.root) }
    await database.record({ type: 'log.imported', workspace, actor: consoleActor, data })
    return continued?.origin ?? log.origin
  } finally {
    await sealing.place.close()
  }
}

export const importCommands: readonly Command[] = [
  {
    name: 'log import',
    summary:
      'Take an exported log into a workspace that is not there yet, verified, and go on with it as a new epoch.',
    operands: ['<folder>'],
    options: { key: { type: 'string' } },
    help: '[--key <verifier key or fingerprint>]',
    run: runImport,
  },
]
