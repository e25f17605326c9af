import { expect, test } from 'vitest'
import { SmallLog } from '../../testdata/small-log.ts'
import { drawPath } from './draw-path.ts'
import { judgePayloads, judgeRange } from './judge-rows.ts'
import { pathOfRange } from './path-of-range.ts'

const rowsOf = (log: SmallLog) => log.entries.map(({ seq, header, members }) => ({ seq, header, members }))

test('rows stand where they are said to stand, for every range of a small log', async () => {
  const log = (await SmallLog.create()).grow(9)
  const evidence = { size: 9, root: log.root() }
  for (let from = 0; from < 9; from += 1)
    for (let to = from + 1; to <= 9; to += 1) {
      const rows = rowsOf(log).slice(from, to)
      expect(judgeRange({ ...evidence, rows, hashes: log.range(from, to) })).toBe(true)
      expect(judgeRange({ ...evidence, rows: rows.slice(1), hashes: log.range(from, to) })).toBe(false)
    }
})

test('one changed byte of one header is found', async () => {
  const log = (await SmallLog.create()).grow(6)
  const rows = rowsOf(log).map((row) =>
    row.seq === 3 ? { ...row, header: row.header.replace('key.revoked', 'key.revokee') } : row,
  )
  expect(judgeRange({ rows, size: 6, root: log.root(), hashes: log.range(0, 6) })).toBe(false)
})

test('a payload says what its header commits to; hidden and withheld ones are not held against it', async () => {
  const log = (await SmallLog.create()).append('tool.called', { tool: 'Bash', request: 'git push' }).grow(1)
  const [first, second] = rowsOf(log)
  if (first === undefined || second === undefined) throw new Error('two rows')
  expect(judgePayloads('default', [first, second, { ...first, members: null }])).toEqual([])
  const forged = first.members?.map((one) =>
    'name' in one && one.name === 'tool' ? { ...one, value: 'Read' } : one,
  )
  expect(judgePayloads('default', [{ ...first, members: forged ?? [] }])).toMatchObject([
    { place: 'entry 0', kind: 'payload' },
  ])
  expect(judgePayloads('default', [{ ...first, members: [] }])).toMatchObject([{ kind: 'payload' }])
  expect(judgePayloads('other', [second])).toMatchObject([{ place: 'entry 1', kind: 'entry' }])
  expect(judgePayloads('default', [{ ...first, header: '{"v":1' }])).toMatchObject([{ kind: 'entry' }])
})

test('a path is drawn step by step to the root, and is the range proof of its leaf in another order', async () => {
  for (const size of [1, 2, 3, 7, 8, 13]) {
    const log = (await SmallLog.create()).grow(size)
    for (const { seq, header } of log.entries) {
      const path = log.path(seq)
      expect(pathOfRange(seq, size, log.range(seq, seq + 1))).toEqual(path)
      const drawn = drawPath({ header, seq, size, root: log.root(), path })
      expect(drawn.holds).toBe(true)
      expect(drawn.steps.at(-1)?.hash ?? drawn.leaf).toBe(log.root())
      const wrong = drawPath({ header: `${header} `, seq, size, root: log.root(), path })
      expect(wrong.holds).toBe(false)
    }
  }
})
