import { randomBytes } from 'node:crypto'
import { writeSync } from 'node:fs'
import { openBackend, openDatabase } from '../db/open.ts'
import { seal } from '../seal/seal.ts'
import { createSecondPlace } from '../seal/second-place.ts'
import { importMasterKey } from '../seal/seed.ts'

/**
 * A process of its own that appends and seals until it is killed: `node sealer-process.js <url> <url of the second place>`.
 * Prints `sealed <size>` for every checkpoint, once it is published.
 */
const [url = '', anchor = ''] = process.argv.slice(2)
const database = await openDatabase({ url, now: Date.now, randomBytes })
const place = createSecondPlace(anchor, await openBackend({ url: anchor }))
const sealing = { place, masterKey: await importMasterKey(new Uint8Array(32).fill(7)), outcomes: new Map() }
const config = { publicUrl: 'http://watchbill.test:4040', runtime: 'node' } as const
const deps = { ...database, now: Date.now, randomBytes, config, sealing }
const actor = { kind: 'installation', id: 'test' } as const

for (;;) {
  await Promise.all(
    [1, 2, 3].map(() => database.record({ type: 'signin.ended', workspace: 'default', actor, data: {} })),
  )
  const outcome = await seal(deps, 'default')
  if (outcome.kind === 'sealed') writeSync(1, `sealed ${outcome.size}\n`)
  else if (outcome.kind !== 'raced') writeSync(1, `${JSON.stringify(outcome)}\n`)
}
