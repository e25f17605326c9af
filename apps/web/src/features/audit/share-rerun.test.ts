import { expect, test } from 'vitest'
import { beyondHeaders } from './share-rerun.ts'

test.each([
  ['', []],
  ['decision:deny -action:tool.called seq:10..20', []],
  ['decision:deny (tool:Bash OR tool:Read) push', ['tool', 'words']],
  ['runtime:codex after:2026-11-01', []],
  ['-machine:build-07', ['machine']],
  ['(((', []],
])('%s asks beyond headers about %j', (q, about) => expect(beyondHeaders(q, 0)).toEqual(about))
