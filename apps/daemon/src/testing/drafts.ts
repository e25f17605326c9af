import type { Draft } from '../ledger/chain.ts'
import { testAgentId } from './snapshot.ts'

const testSessionId = 'ses_00000000-0000-8000-8000-000000000001'

/** A draft of the fact with this number; `pad` makes its payload longer. */
export const testDraft = (number: number, pad = ''): Draft => ({
  fact: ((BigInt(number + 1) * 0x9e3779b97f4a7c15n) & 0xffffffffffffffffn).toString(16).padStart(16, '0'),
  type: 'tool.called',
  v: 1,
  atMs: null,
  agent: testAgentId,
  decision: null,
  payload: {
    session: testSessionId,
    imported: false,
    tool: 'Bash',
    call: `call_${number}`,
    ...(pad === '' ? {} : { request: pad }),
  },
})
