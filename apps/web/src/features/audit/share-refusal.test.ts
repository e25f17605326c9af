import { Fault } from '@watchbill/contract/fault'
import { expect, test } from 'vitest'
import { refusalOf } from './share-refusal.ts'

test.each([
  [
    new Fault('invalid_request', '/scope/q: more than 5000 entries answer; a link shows at most 5000', {
      mend: 'Narrow it, or hand out an export (GET /v1/audit/export).',
    }),
    'More than 5000 entries answer; a link shows at most 5000. Narrow it, or hand out an export.',
  ],
  [new Fault('conflict', 'The log has no checkpoint yet.'), 'The log has no checkpoint yet.'],
  [new Error('offline'), 'offline'],
])('%s', (error, said) => expect(refusalOf(error)).toBe(said))
