import { publicUrlOf } from '../node-deps.ts'
import { continueLog, lostRange } from '../seal/continue.ts'
import { openSealing } from '../seal/node-sealing.ts'
import { addKey, retireKeys } from '../seal/rotate.ts'
import { type SealDeps, seal } from '../seal/seal.ts'
import { type Sealing, SealRefused } from '../seal/sealing.ts'
import { type Call, type Command, consoleActor, textOption, UsageError, withDatabase } from './command.ts'
import { requireWorkspace } from './require-workspace.ts'

interface Log {
  readonly deps: SealDeps
  readonly sealing: Sealing
  readonly workspace: string
}

const withLog = (call: Call, work: (log: Log) => Promise<void>): Promise<void> =>
  withDatabase(call, async (database) => {
    const workspace = await requireWorkspace(database, textOption(call, 'workspace'))
    const sealing = await openSealing(call.env)
    const { now, randomBytes } = call.console
    const config = { publicUrl: publicUrlOf(call.env, call.env.port), runtime: 'node' } as const
    try {
      await work({ deps: { ...database, now, randomBytes, config, sealing }, sealing, workspace })
    } catch (error) {
      throw error instanceof SealRefused ? new UsageError(error.message) : error
    } finally {
      await sealing.place.close()
    }
  })

const runContinue = (call: Call): Promise<void> =>
  withLog(call, async ({ deps, sealing, workspace }) => {
    const { out } = call.console
    const continued = await continueLog(deps, sealing, workspace, consoleActor)
    if (continued === null) {
      out(`The log of ${workspace} is in order: the database extends everything that was sealed.`)
      return
    }
    const lost = lostRange(continued)
    const gone =
      lost === null
        ? 'no sealed entry is missing'
        : `entries ${lost.from} to ${lost.to} of the epoch before are lost`
    out(
      `Epoch ${continued.epoch} began at entry ${continued.restoredSize}: ${gone}, and readers will see so for ever.`,
    )
    out(`New origin: ${continued.origin}`)
    await sealNow(call, { deps, sealing, workspace })
  })

const runRotate = (call: Call): Promise<void> =>
  withLog(call, async (log) => {
    const { out } = call.console
    if (call.values.finish === true) {
      const retired = await retireKeys(log.deps, log.workspace, consoleActor)
      for (const vkey of retired) out(`retired ${vkey}`)
      if (retired.length === 0) out('One key signs; there is nothing to finish.')
    } else {
      out(`added ${await addKey(log.deps, log.sealing, log.workspace, consoleActor)}`)
      out('Both keys sign from now on. Give readers time to follow, then: watchbill log rotate-key --finish')
    }
    await sealNow(call, log)
  })

/** Also while no server runs; beside one, whoever is faster. */
const sealNow = async ({ console }: Call, { deps, workspace }: Log): Promise<void> => {
  const outcome = await seal(deps, workspace)
  if (outcome.kind === 'sealed') console.out(`sealed ${outcome.size} entries`)
  else if ('reason' in outcome) console.out(`not sealed: ${outcome.reason}`)
}

const runPublish = (call: Call): Promise<void> =>
  withDatabase(call, async ({ record, ...database }) => {
    const workspace = await requireWorkspace(database, textOption(call, 'workspace'))
    const published = call.values.off !== true
    const event = { type: 'log.published', workspace, actor: consoleActor, data: { published } } as const
    await record(event, {
      sql: 'UPDATE logs SET published = ? WHERE workspace_id = ?',
      args: [published, workspace],
      expect: 1,
    })
    const who = published ? 'Anyone may' : 'Only holders of audit:read may'
    call.console.out(`${who} read /log/${workspace}/ from now on.`)
  })

const workspaceOption = { workspace: { type: 'string' } } as const

export const logCommands: readonly Command[] = [
  {
    name: 'log continue',
    summary: 'Go on with a database that is behind what was sealed; what is lost stays visible for ever.',
    options: workspaceOption,
    help: '[--workspace default]',
    run: runContinue,
  },
  {
    name: 'log rotate-key',
    summary: 'Add a signing key beside the old one; --finish retires the old one.',
    options: { finish: { type: 'boolean' }, ...workspaceOption },
    help: '[--finish] [--workspace default]',
    run: runRotate,
  },
  {
    name: 'log publish',
    summary: 'Let anyone read the log: headers, tiles and checkpoints, never a payload. --off takes it back.',
    options: { off: { type: 'boolean' }, ...workspaceOption },
    help: '[--off] [--workspace default]',
    run: runPublish,
  },
]
