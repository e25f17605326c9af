import { Section } from '../../ui/section.tsx'
import { StateMark } from '../../ui/state-mark.tsx'
import { CheckList } from './check-list.tsx'
import type { ProbeAnswer } from './probe-answer.ts'

/** One probe: its checks, or why there are none to show. */
export function ProbeSection({
  label,
  aside,
  answer,
}: {
  label: string
  aside: string
  answer: ProbeAnswer
}) {
  return (
    <Section label={label} aside={aside}>
      {answer.kind === 'unreachable' ? (
        <p className="px-4 py-2.5">Not known: {answer.reason}.</p>
      ) : answer.checks === null ? (
        <p className="px-4 py-2.5">
          <StateMark state={answer.status} word={answer.status === 'fail' ? 'not ok' : 'ok'} />
        </p>
      ) : answer.checks.length === 0 ? (
        <p className="px-4 py-2.5">It answers; it has no checks of its own.</p>
      ) : (
        <CheckList label={`${label}, check by check`} checks={answer.checks} />
      )}
    </Section>
  )
}
