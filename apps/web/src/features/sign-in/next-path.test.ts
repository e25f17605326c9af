import { expect, test } from 'vitest'
import { nextPath, tokenIn } from './next-path.ts'

const origin = 'http://watchbill.localhost:4040'

test('goes on to a path of this site', () => {
  expect(nextPath('/?state=waiting', origin)).toBe('/?state=waiting')
  expect(nextPath('/agents/agt_1', origin)).toBe('/agents/agt_1')
})

test('never to another origin, a script or back here', () => {
  const bad = [
    null,
    '',
    '//evil.example',
    '/\\evil.example',
    'https://evil.example',
    'javascript:alert(1)',
    '/sign-in',
    '/\t/evil.example',
  ]
  for (const next of bad) expect(nextPath(next, origin)).toBe('/')
})

test('a token is taken from the fragment only when it can be one', () => {
  expect(tokenIn('#abcdefghijklmnopqrst')).toBe('abcdefghijklmnopqrst')
  for (const hash of ['', '#', '#short', '#main', `#${'a'.repeat(201)}`, '#abcdefghijklmnop<x>']) {
    expect(tokenIn(hash)).toBeNull()
  }
})
