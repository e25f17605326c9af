'use client'

import { Fault } from '@watchbill/contract/fault'
import Link from 'next/link'
import { useEffect, useRef, useState } from 'react'
import { useApi } from '../../lib/api.ts'
import { Command } from '../../ui/command.tsx'
import { PageHead } from '../../ui/page-head.tsx'
import { nextPath, tokenIn } from './next-path.ts'

type Step =
  | { readonly kind: 'look' }
  | { readonly kind: 'none' }
  | { readonly kind: 'redeem' }
  | { readonly kind: 'done' }
  | { readonly kind: 'refused'; readonly reason: string; readonly mend: string | null }

/** Redeems the one-time token of the link's fragment; without one it says how to get a link. */
export function SignInPage({ next, signedIn }: { next: string | null; signedIn: boolean }) {
  const step = useSignIn(next)
  return (
    <>
      <PageHead title="Sign in" lead={leads(step, signedIn)} />
      <div className="max-w-2xl px-4 pb-10 sm:px-6">
        {step.kind === 'refused' && (
          <p role="alert" className="mb-4 text-failed">
            {step.reason}
          </p>
        )}
        {signedIn && step.kind !== 'redeem' && step.kind !== 'done' ? (
          <p>
            <Link href="/">Go to the fleet</Link>
          </p>
        ) : (
          step.kind !== 'done' && step.kind !== 'redeem' && <NewLink />
        )}
      </div>
    </>
  )
}

function NewLink() {
  return (
    <>
      <p className="mb-2">
        Watchbill has no passwords. Run this in the folder it was started from; it prints a link that works
        once, for 15 minutes:
      </p>
      <Command text="npx watchbill sign-in" label="sign-in command" />
      <noscript>
        <p className="mt-3">Signing in needs JavaScript: the token in the link never reaches a server log.</p>
      </noscript>
    </>
  )
}

function leads(step: Step, signedIn: boolean): string {
  if (step.kind === 'redeem' || step.kind === 'done') return 'Signing you in…'
  if (step.kind === 'refused') return 'This link does not work any more'
  return signedIn ? 'You are signed in' : 'Open your sign-in link'
}

function useSignIn(next: string | null): Step {
  const { client } = useApi()
  const [step, setStep] = useState<Step>({ kind: 'look' })
  const started = useRef(false)
  useEffect(() => {
    if (started.current) return
    const redeem = async () => {
      const token = tokenIn(window.location.hash)
      if (token === null) return setStep({ kind: 'none' })
      started.current = true
      // Out of the address bar and the history before anything else can read it.
      window.history.replaceState(window.history.state, '', window.location.pathname + window.location.search)
      setStep({ kind: 'redeem' })
      try {
        // The refusal of this first call lets the server learn which cookies this browser keeps.
        await client.getSelf().catch(() => null)
        await client.signIn({ body: { token } })
        setStep({ kind: 'done' })
        window.location.replace(nextPath(next, window.location.origin))
      } catch (error) {
        setStep(refusal(error))
      }
    }
    // A link pasted into an open sign-in page changes the fragment alone.
    window.addEventListener('hashchange', redeem)
    void redeem()
    return () => window.removeEventListener('hashchange', redeem)
  }, [client, next])
  return step
}

function refusal(error: unknown): Step {
  if (!(error instanceof Fault)) throw error
  return { kind: 'refused', reason: error.message, mend: error.mend }
}
