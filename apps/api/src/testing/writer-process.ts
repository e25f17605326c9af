import { randomBytes } from 'node:crypto'
import { writeSync } from 'node:fs'
import { changeWrites } from '../db/journal.ts'
import { openDatabase } from '../db/open.ts'

/**
 * A process of its own that writes until it is killed: `tsx writer-process.ts <url> <name> <count>`.
 * Prints one line `ack <ref>` for every acknowledged call, after the acknowledgement.
 */
const [url = '', name = '', count = '0'] = process.argv.slice(2)
const database = await openDatabase({ url, now: Date.now, randomBytes })
const actor = { kind: 'installation', id: name } as const

const write = async (ref: string, n: number) => {
  const changes = changeWrites('default', 'agent', [ref], n)
  if (n % 3 === 0)
    await database.record(
      { type: 'key.revoked', workspace: 'default', actor, data: { key: ref } },
      ...changes,
    )
  else await database.ingest(...changes)
  writeSync(1, `ack ${ref}\n`)
}

for (let n = 0; n < Number(count); n += 10) {
  await Promise.all(Array.from({ length: 10 }, (_, index) => write(`${name}-${n + index}`, n + index)))
}
await database.close()
