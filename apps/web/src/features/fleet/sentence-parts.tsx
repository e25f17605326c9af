import { UntrustedText } from '../../ui/untrusted-text.tsx'
import type { Part } from './sentence.ts'

/** A sentence whose quoted parts came from an agent. */
export function SentenceParts({ parts, max = 160 }: { parts: readonly Part[]; max?: number }) {
  return parts.map((part, index) =>
    part.kind === 'plain' ? (
      part.text
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a sentence keep their places
      <UntrustedText key={index} text={part.text} max={max} code={part.kind === 'code'} />
    ),
  )
}
