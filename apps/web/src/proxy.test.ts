import { expect, test } from 'vitest'
import { contentSecurityPolicy } from './proxy.ts'

test('what is shipped has no unsafe source, one nonce, Trusted Types, and talks to its own origin alone', () => {
  const policy = contentSecurityPolicy('abc', false)
  expect(policy).not.toContain('unsafe')
  expect(policy).toContain("script-src 'self' 'nonce-abc' 'strict-dynamic'")
  expect(policy).toContain("connect-src 'self'")
  expect(policy).toContain("worker-src 'self'")
  expect(policy).toContain("frame-ancestors 'none'")
  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain("require-trusted-types-for 'script'")
})
