import { createClient } from '@watchbill/contract/client'
import type { Database } from '../db/open.ts'
import { feedDemo } from '../demo/feed.ts'
import { runDemo } from '../demo/run.ts'
import { createKey, listKeys, removeKey } from '../identity/keys.ts'
import { putWorkspace, removeWorkspace } from '../identity/workspace.ts'
import { type Call, type Command, consoleActor, withDatabase } from './command.ts'

const demo = { id: 'demo', name: 'Demo', kind: 'demo' } as const
/** One seed, one story, wherever it is told. */
const seed = 'watchbill'
const keyName = 'demo feed'

const tellingOf = ({ console }: Call) => ({
  seed,
  workspace: demo.id,
  randomBytes: console.randomBytes,
})

const runCreate = (call: Call): Promise<void> =>
  withDatabase(call, async (database) => {
    await putWorkspace(database, consoleActor, demo, call.console.now())
    if (call.values.empty === true) return
    await withDemoClient(call, database, (client) =>
      feedDemo({ ...tellingOf(call), client, now: call.console.now() }),
    )
    call.console.note(
      'The workspace demo stands, with a day of history. `watchbill demo run` keeps it moving.',
    )
  })

/** Until asked to stop: the story told once, then kept alive. */
const runRun = (call: Call): Promise<void> =>
  withDatabase(call, async (database) => {
    const stop = new AbortController()
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())
    await putWorkspace(database, consoleActor, demo, call.console.now())
    await withDemoClient(call, database, (client) =>
      runDemo({
        ...tellingOf(call),
        client,
        now: call.console.now,
        signal: stop.signal,
        onError: (error) => call.console.note(`demo: ${error instanceof Error ? error.message : 'failed'}`),
      }),
    )
  })

const runRemove = (call: Call): Promise<void> =>
  withDatabase(call, async (database) => {
    await removeWorkspace(database, consoleActor, [demo.id], demo.id)
    call.console.note('Removed the workspace demo and everything in it.')
  })

/** The demo comes in by the public API like everything else, with a key of its own that ends with the feed. */
const withDemoClient = async (
  call: Call,
  database: Database,
  work: (client: ReturnType<typeof createClient>) => Promise<void>,
): Promise<void> => {
  const { now, randomBytes } = call.console
  await revokeOldKeys(call, database)
  const asked = { name: keyName, scopes: ['snapshot:write', 'entry:write'] as const, ttlSeconds: null }
  const doors = { record: database.record, randomBytes }
  const { secret } = await createKey(doors, demo.id, consoleActor, asked, now())
  const baseUrl = call.env.apiUrl ?? `http://127.0.0.1:${call.env.port}`
  try {
    await work(createClient({ baseUrl, token: secret }))
  } finally {
    await revokeOldKeys(call, database)
  }
}

/** Also those of a feed that was killed. */
const revokeOldKeys = async (call: Call, database: Database): Promise<void> => {
  const keys = await listKeys(database, demo.id)
  for (const key of keys.filter((one) => one.name === keyName && one.revokedAt === null)) {
    await removeKey(database, demo.id, consoleActor, key.id, call.console.now())
  }
}

export const demoCommands: readonly Command[] = [
  {
    name: 'demo create',
    summary:
      'Create the workspace demo and tell its story once, through the running server; --empty only creates it.',
    options: { empty: { type: 'boolean' } },
    help: '[--empty]',
    run: runCreate,
  },
  { name: 'demo run', summary: 'Tell the story, then keep it moving until stopped.', run: runRun },
  { name: 'demo remove', summary: 'Delete the workspace demo and everything in it.', run: runRemove },
]
