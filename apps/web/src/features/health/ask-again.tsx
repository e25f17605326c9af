import { formatInstant } from '../../lib/duration.ts'
import { StateMark } from '../../ui/state-mark.tsx'
import type { Verdict } from './health-sentence.ts'

const words: Record<Verdict, string> = { pass: 'well', warn: 'look at it', fail: 'act' }

/** Under the sentence: the verdict as a mark, when it was asked, and a plain link that asks again. */
export function AskAgain({ verdict, askedAt, href }: { verdict: Verdict; askedAt: string; href: string }) {
  return (
    <p className="mt-2 flex flex-wrap items-center gap-x-4 gap-y-1">
      <StateMark state={verdict} word={words[verdict]} />
      <span className="text-muted">Asked {formatInstant(askedAt, 'UTC')}</span>
      <a href={href}>Check again</a>
    </p>
  )
}
