import { notes } from '@watchbill/ledger'
import { GuardFailed } from '../db/write.ts'
import { readWitnesses } from '../log/store.ts'
import { OutboundError, requireUrl } from '../outbound/outbound.ts'
import { type Call, type Command, consoleActor, textOption, UsageError, withDatabase } from './command.ts'
import { requireWorkspace } from './require-workspace.ts'

const runAdd = (call: Call): Promise<void> =>
  withDatabase(call, async ({ record, ...database }) => {
    const [vkey = '', url = ''] = call.positionals
    const workspace = await requireWorkspace(database, textOption(call, 'workspace'))
    const key = notes.parseVerifierKey(vkey)
    if (key?.algorithm !== 'cosignature') {
      throw new UsageError(
        '<vkey> is not the verifier key of a witness (C2SP tlog-cosignature); it prints its own',
      )
    }
    requireWitnessUrl(url)
    const { name } = key
    const event = {
      type: 'witness.added',
      workspace,
      actor: consoleActor,
      data: { name, vkey, url },
    } as const
    const write = {
      sql: `INSERT INTO witnesses (workspace_id, name, vkey, url, added_at) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT DO NOTHING`,
      args: [workspace, name, vkey, url, call.console.now()],
      expect: 1,
    }
    await refusing(`${name} is a witness of ${workspace} already`, () => record(event, write))
    call.console.note(
      `${name} is asked to cosign within a minute. Give it this log's origin and key: /v1/audit/log.`,
    )
  })

const requireWitnessUrl = (url: string): void => {
  try {
    requireUrl(url)
  } catch (error) {
    throw error instanceof OutboundError ? new UsageError(`<url>: ${error.message}`) : error
  }
}

const refusing = async (why: string, work: () => Promise<unknown>): Promise<void> => {
  try {
    await work()
  } catch (error) {
    throw error instanceof GuardFailed ? new UsageError(why) : error
  }
}

const runList = (call: Call): Promise<void> =>
  withDatabase(call, async (database) => {
    const workspace = await requireWorkspace(database, textOption(call, 'workspace'))
    const witnesses = await readWitnesses(database.dbFor(workspace), workspace)
    if (call.values.json === true) return call.console.out(JSON.stringify(witnesses, null, 2))
    if (witnesses.length === 0)
      return call.console.out('No witnesses. Add one: watchbill log witness add <vkey> <url>')
    for (const { name, url, latestSize, failure } of witnesses)
      call.console.out(`${name}  ${url}  cosigned ${latestSize}  ${failure ?? 'in order'}`)
  })

const runRemove = (call: Call): Promise<void> =>
  withDatabase(call, async ({ record, ...database }) => {
    const [name = ''] = call.positionals
    const workspace = await requireWorkspace(database, textOption(call, 'workspace'))
    const event = { type: 'witness.removed', workspace, actor: consoleActor, data: { name } } as const
    const write = {
      sql: 'DELETE FROM witnesses WHERE workspace_id = ? AND name = ?',
      args: [workspace, name],
      expect: 1,
    }
    await refusing(`${workspace} has no witness ${JSON.stringify(name)}`, () => record(event, write))
  })

const workspaceOption = { workspace: { type: 'string' } } as const

/** Who is asked to cosign. `watchbill witness` runs one. */
export const witnessCommands: readonly Command[] = [
  {
    name: 'log witness add',
    summary: 'Ask a witness (C2SP tlog-witness) to cosign every checkpoint.',
    operands: ['<vkey>', '<url>'],
    options: workspaceOption,
    help: '[--workspace default]',
    run: runAdd,
  },
  {
    name: 'log witness list',
    summary: 'Witnesses, how far they cosigned, and what went wrong last.',
    options: { json: { type: 'boolean' }, ...workspaceOption },
    help: '[--json] [--workspace default]',
    run: runList,
  },
  {
    name: 'log witness remove',
    summary: 'Stop asking a witness; what it cosigned stays.',
    operands: ['<name>'],
    options: workspaceOption,
    help: '[--workspace default]',
    run: runRemove,
  },
]
