import { identity, type Key } from '@watchbill/contract/identity'
import { grantableScopes, type Scope, scopeSummary } from '@watchbill/contract/scope'
import { createKey, listKeys, removeKey } from '../identity/keys.ts'
import { type Call, type Command, consoleActor, textOption, UsageError, withDatabase } from './command.ts'
import { parseDuration } from './duration.ts'
import { nearest } from './find-command.ts'
import { requireWorkspace } from './require-workspace.ts'

const runCreate = (call: Call): Promise<void> => {
  const asked = readAsked(call)
  return withDatabase(call, async (database) => {
    const { now, randomBytes, out, note } = call.console
    const workspace = await requireWorkspace(database, textOption(call, 'workspace'))
    const made = await createKey(
      { record: database.record, randomBytes },
      workspace,
      consoleActor,
      asked,
      now(),
    )
    out(made.secret)
    note(`Shown this once. ${made.key.id}: ${made.key.scopes.join(', ')} in ${workspace}.`)
  })
}

/** The console is bound by the same contract as the API. */
const readAsked = (call: Call) => {
  const ttl = textOption(call, 'ttl')
  const body = identity.createKey.body.safeParse({
    name: textOption(call, 'name') ?? 'console',
    scopes: readScopes(textOption(call, 'scope')),
    ttlSeconds: ttl === null ? null : parseDuration(ttl, '--ttl'),
  })
  if (body.success) return body.data
  const where = body.error.issues[0]?.path[0]
  throw new UsageError(
    where === 'ttlSeconds' ? '--ttl must be between 60s and 366d.' : '--name must be 1 to 120 characters.',
  )
}

const readScopes = (text: string | null): Scope[] => {
  const words = (text ?? '').split(',').flatMap((word) => (word.trim() === '' ? [] : [word.trim()]))
  if (words.length === 0) throw new UsageError(`--scope is missing. Choose from:\n${scopeList()}`)
  return [...new Set(words.map(requireScope))]
}

const requireScope = (word: string): Scope => {
  const scope = grantableScopes.find((one) => one === word)
  if (scope) return scope
  const guess = nearest(word, grantableScopes)
  const hint = guess === null ? `Choose from:\n${scopeList()}` : `Did you mean ${guess}?`
  throw new UsageError(`there is no scope ${JSON.stringify(word)} to grant. ${hint}`)
}

const scopeList = () =>
  grantableScopes.map((scope) => `  ${scope.padEnd(16)} ${scopeSummary[scope]}`).join('\n')

const runList = (call: Call): Promise<void> =>
  withDatabase(call, async (database) => {
    const workspace = await requireWorkspace(database, textOption(call, 'workspace'))
    const keys = await listKeys(database, workspace)
    if (call.values.json === true) return call.console.out(JSON.stringify(keys, null, 2))
    if (keys.length === 0)
      return call.console.out('No keys. Make one: watchbill key create --scope fleet:read')
    for (const key of keys) call.console.out(formatKey(key, call.console.now()))
  })

const formatKey = (key: Key, now: number): string =>
  [
    key.id,
    stateOf(key, now).padEnd(8),
    key.kind.padEnd(10),
    `used ${key.lastUsedAt ?? 'never'}`.padEnd(29),
    visible(key.name),
    `[${key.scopes.join(', ')}]`,
  ].join('  ')

const stateOf = (key: Key, now: number): string => {
  if (key.revokedAt !== null) return 'revoked'
  return key.expiresAt !== null && Date.parse(key.expiresAt) <= now ? 'expired' : 'valid'
}

/** A machine names itself: control characters must not reach a terminal. */
const visible = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}]/gu, '�')

const runRevoke = (call: Call): Promise<void> =>
  withDatabase(call, async (database) => {
    const [id = ''] = call.positionals
    const workspace = await requireWorkspace(database, textOption(call, 'workspace'))
    await removeKey(database, workspace, consoleActor, id, call.console.now())
    call.console.note(`Revoked ${id}.`)
  })

const workspaceOption = { workspace: { type: 'string' } } as const

export const keyCommands: readonly Command[] = [
  {
    name: 'key create',
    summary: 'Create an API key and print it, this once.',
    options: {
      scope: { type: 'string' },
      name: { type: 'string' },
      ttl: { type: 'string' },
      ...workspaceOption,
    },
    help: '--scope fleet:read[,…] [--name n] [--ttl 30d] [--workspace default]',
    run: runCreate,
  },
  {
    name: 'key list',
    summary: 'List API keys, machine credentials and enrolment tokens; never their secrets.',
    options: { json: { type: 'boolean' }, ...workspaceOption },
    help: '[--json] [--workspace default]',
    run: runList,
  },
  {
    name: 'key revoke',
    summary: 'Revoke one at once; its live streams end within a second.',
    operands: ['<id>'],
    options: workspaceOption,
    help: '[--workspace default]',
    run: runRevoke,
  },
]
