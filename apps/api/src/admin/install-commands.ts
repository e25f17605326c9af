import { migrate } from '../db/migrate.ts'
import { createEnrollment } from '../identity/enrollment.ts'
import { createSignIn } from '../identity/sign-in.ts'
import { putDefaultWorkspace } from '../identity/workspace.ts'
import { publicUrlOf } from '../node-deps.ts'
import { type Call, type Command, consoleActor, textOption, UsageError, withDatabase } from './command.ts'
import { parseDuration } from './duration.ts'
import { requireWorkspace } from './require-workspace.ts'

const runMigrate = async ({ env, values, console }: Call): Promise<void> => {
  const to = typeof values.to === 'string' ? { to: values.to } : {}
  const report = await migrate({
    url: env.databaseUrl,
    authToken: env.databaseToken ?? undefined,
    now: console.now,
    ...to,
  })
  for (const id of report.applied) console.out(`applied ${id}`)
  for (const id of report.reverted) console.out(`reverted ${id}`)
  if (report.backup !== null) console.out(`the database as it was: ${report.backup}`)
  console.out(`at ${report.newest ?? 'no migration'}`)
}

const runInit = (call: Call): Promise<void> =>
  withDatabase(call, async (database) => {
    const made = await putDefaultWorkspace(database, call.console.now())
    call.console.note(made ? 'Created the workspace default.' : 'The workspace default stands already.')
  })

/** The token goes into the fragment: it reaches no server log, and it was never an argument. */
const runSignIn = (call: Call): Promise<void> =>
  withDatabase(call, async ({ record }) => {
    const { now, randomBytes, out, note } = call.console
    const token = await createSignIn({ record, randomBytes }, now())
    out(`${publicUrlOf(call.env, call.env.port)}/sign-in#${token}`)
    note('Open it once, within 15 minutes.')
  })

const runEnroll = (call: Call): Promise<void> =>
  withDatabase(call, async (database) => {
    const { now, randomBytes, out, note } = call.console
    const ttlSeconds = parseDuration(textOption(call, 'ttl') ?? '1h', '--ttl')
    if (ttlSeconds < 60 || ttlSeconds > 86_400) throw new UsageError('--ttl must be between 60s and 24h.')
    const workspace = await requireWorkspace(database, textOption(call, 'workspace'))
    const doors = { record: database.record, randomBytes }
    const made = await createEnrollment(doors, workspace, consoleActor, ttlSeconds, now())
    out(made.token)
    note(`Joins one machine, once, until ${made.expiresAt}.`)
  })

export const installCommands: readonly Command[] = [
  {
    name: 'migrate',
    summary:
      'Bring the database to the newest schema; copies it first. --to goes to one migration, back if need be.',
    options: { to: { type: 'string' } },
    help: '[--to <migration>]',
    run: runMigrate,
  },
  { name: 'workspace init', summary: 'Create the workspace default where it is absent.', run: runInit },
  {
    name: 'sign-in',
    summary: 'Print a link that signs one browser in, once, within 15 minutes.',
    run: runSignIn,
  },
  {
    name: 'enroll-token',
    summary: 'Print a token that joins one machine, once.',
    options: { ttl: { type: 'string' }, workspace: { type: 'string' } },
    help: '[--ttl 1h] [--workspace default]',
    run: runEnroll,
  },
]
