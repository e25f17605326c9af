import { expect, test } from 'vitest'
import { requestOrigin } from './request-origin.ts'

test.each([
  [{ host: 'watchbill.localhost:4040' }, 'http://watchbill.localhost:4040'],
  [{ host: 'watch.example.org', 'x-forwarded-proto': 'https' }, 'https://watch.example.org'],
  [{ host: '[::1]:4040' }, 'http://[::1]:4040'],
  [{ host: 'a:b:c' }, 'http://127.0.0.1:4040'],
  [{ host: "x/';id" }, 'http://x'],
  [{}, 'http://127.0.0.1:4040'],
])('%j -> %s', (headers, origin) => {
  expect(requestOrigin(new Headers(headers))).toBe(origin)
})
