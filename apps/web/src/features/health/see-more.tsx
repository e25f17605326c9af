import { Section } from '../../ui/section.tsx'
import type { ProbeAnswer } from './probe-answer.ts'
import type { Reader } from './read-health.ts'

/** How to see what stands behind a bare "ok": sign in, or a session with the scope. Nothing where detail was shown. */
export function SeeMore({ answer, reader }: { answer: ProbeAnswer; reader: Reader }) {
  if (answer.kind === 'unreachable' || answer.checks !== null) return null
  return (
    <Section label="To see more">
      <p className="max-w-[72ch] px-4 py-2.5">
        {reader === 'anonymous' ? (
          <>
            <a href="/sign-in">Sign in</a> to see each check with its reason, threshold and age, and every
            machine with its daemon.
          </>
        ) : (
          <>
            The control plane shows this session no detail: it lacks the scope <code>probe:read</code>.
          </>
        )}
      </p>
    </Section>
  )
}
