import type { Metadata } from 'next'
import { SignInPage } from '../../features/sign-in/sign-in-page.tsx'
import { firstOf, readSelf } from '../../lib/api-server.ts'

export const metadata: Metadata = { title: 'Sign in', robots: 'noindex', referrer: 'no-referrer' }

export default async function Page({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>
}) {
  const next = firstOf((await searchParams).next)
  return <SignInPage next={next} signedIn={(await readSelf()) !== null} />
}
