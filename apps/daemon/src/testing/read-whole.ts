import { dirname } from 'node:path'
import { formats } from '@watchbill/runtimes'
import { Tail } from '../collect/tail.ts'

/** Program for a test: reads one Claude Code transcript to its end and says what that took and gave. */
const [root = '', path = ''] = process.argv.slice(2)
const format = formats.find(({ runtime }) => runtime === 'claude-code')
if (format === undefined) throw new Error('no such format')
const tail = new Tail(format, { path: root, uid: process.getuid?.() ?? 0 }, path)
let passes = 0
for (let more = true; more; passes += 1) more = (await tail.read(Date.now())).more
const [facts] = format.sessions(new Map([[dirname(path), tail.state]]))
console.log(
  JSON.stringify({
    passes,
    offset: tail.offset,
    oversized: tail.oversized,
    toolCalls: facts?.toolCalls,
    input: facts?.tokens.input,
    stateBytes: JSON.stringify(tail.toCursor()).length,
    peakBytes: process.resourceUsage().maxRSS * 1024,
  }),
)
