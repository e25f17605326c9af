import { pageHeaders, plainPage, plainPolicy } from './page.ts'

/** Expired, revoked, guessed, never opened here: one page for all of them, byte for byte. */
const nothing = plainPage(
  'There is nothing to open here',
  '<p>This link has expired, was revoked, or never was one. If you opened it before, open it again from the link itself.</p>',
  '<p>Ask whoever sent it for a new one.</p>',
)

export const nothingPage = async (): Promise<Response> =>
  new Response(nothing, { status: 404, headers: pageHeaders(await plainPolicy()) })

const tooMany = plainPage(
  'Too many links that do not open',
  '<p>Too many were tried from your network address within a minute. Wait a minute, then open the link again.</p>',
)

export const tooManyPage = async (waitSeconds: number): Promise<Response> =>
  new Response(tooMany, {
    status: 429,
    headers: pageHeaders(await plainPolicy(), { 'retry-after': String(waitSeconds) }),
  })

/** Says nothing of what it was about but that it was, and only to somebody who opened the link. */
const lost = plainPage(
  '✕ The log does not hold any more what this link was about',
  '<p>When the link was made, its entries stood in a signed state of the log. That state cannot be reached from what is ' +
    'stored now: the log was set back to an older one, or hashes of it are gone.</p>',
  '<p>If you kept this page as a file, it still verifies: <code>npx watchbill verify file.html</code>. Whoever runs the log ' +
    'finds the place with <code>watchbill log fsck</code>.</p>',
)

export const lostPage = async (): Promise<Response> =>
  new Response(lost, { status: 409, headers: pageHeaders(await plainPolicy()) })
