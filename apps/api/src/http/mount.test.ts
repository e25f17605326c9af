import type { Api } from '@watchbill/contract/api'
import { Hono } from 'hono'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createTestApp, type TestApp } from '../testing/app.ts'
import { createAuthenticate } from './auth.ts'
import type { Handler } from './handler.ts'
import { createHostGuard } from './hosts.ts'
import { createLimiter } from './limiter.ts'
import { mount } from './mount.ts'

let test: TestApp
beforeAll(async () => {
  test = await createTestApp()
})
afterAll(() => test.close())

it('does not compile, and does not start, without a handler for every row', () => {
  const getSelf: Handler<Api['getSelf']> = () => Promise.reject(new Error('not called'))
  const gate = {
    deps: test.deps,
    authenticate: createAuthenticate(test.deps),
    hosts: createHostGuard(test.deps.config),
    limiter: createLimiter({ perSecond: 1, burst: 1 }),
  }
  // @ts-expect-error All the other rows have no handler.
  expect(() => mount(new Hono(), { getSelf }, gate)).toThrow('has no handler')
})
