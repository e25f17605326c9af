import { createSignIn } from '../identity/sign-in.ts'
import { type TestApp, testUrl } from './app.ts'

/** Signs a browser in as a person would and returns its Cookie header. */
export const signInCookie = async (test: TestApp): Promise<string> => {
  const token = await createSignIn(test.deps, test.clock.now)
  const response = await redeem(test, token)
  const [cookie = ''] = response.headers.getSetCookie()
  return cookie.split(';')[0] ?? ''
}

/** POST /v1/sign-in as the sign-in page sends it. */
export const redeem = (test: TestApp, token: string, headers: Record<string, string> = {}) =>
  test.request('/v1/sign-in', {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: testUrl, ...headers },
    body: JSON.stringify({ token }),
  })
