'use client'

import { useEffect } from 'react'
import { PageHead } from '../ui/page-head.tsx'

/** The page could not be drawn, most often because the control plane does not answer: say so and keep trying. */
export default function Failure({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  useEffect(() => {
    const timer = setTimeout(() => window.location.reload(), 5000)
    return () => clearTimeout(timer)
  }, [])
  return (
    <PageHead title="No answer" lead="The control plane does not answer">
      <p className="mt-2">
        This page tries again every 5 s. Nothing is lost: daemons keep what they have until it is back.{' '}
        <button type="button" className="underline" onClick={reset}>
          Try now
        </button>
      </p>
      {error.digest !== undefined && <p className="mt-2 text-muted">Server log: digest {error.digest}</p>}
    </PageHead>
  )
}
