import type { Share } from '@watchbill/contract/shares'
import { UntrustedText } from '../../ui/untrusted-text.tsx'

const figure = (count: number) => count.toLocaleString('en-US')
const entries = (count: number) => `${figure(count)} ${count === 1 ? 'entry' : 'entries'}`

/** What a link shows and hides, in a sentence. */
export function ShareScopeSentence({ share }: { share: Share }) {
  return (
    <>
      <Which share={share} />
      {share.redacted.length > 0 && (
        <>
          , without{' '}
          {share.redacted.map((name, index) => (
            <span key={name}>
              {index > 0 && ', '}
              <UntrustedText code text={name} max={60} />
            </span>
          ))}
        </>
      )}
      {share.content && ', content included'}, frozen at checkpoint {figure(share.size)}
    </>
  )
}

function Which({ share: { kind, from, to, q, count } }: { share: Share }) {
  const asked = q === '' ? null : <UntrustedText code text={q} max={120} />
  if (kind === 'selection' || from === null || to === null)
    return asked === null ? (
      entries(count)
    ) : (
      <>
        {entries(count)} that answered {asked}
      </>
    )
  const whole = `All ${entries(count)} from ${figure(from)} to ${figure(to - 1)}, none left out`
  if (asked === null) return whole
  return (
    <>
      {whole}, told in full where they answer {asked}
    </>
  )
}
