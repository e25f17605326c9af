import { shareMost } from '@watchbill/contract/shares'
import type { SharePreview } from './share-preview.ts'

const entries = (count: number) => `${count.toLocaleString('en-US')} ${count === 1 ? 'entry' : 'entries'}`

/** Why no link can be made of this; null when one can. */
export function unshareable({ count }: Pick<SharePreview, 'count'>): string | null {
  if (count === 0) return 'Nothing answers this, so there is nothing to share.'
  return count <= shareMost
    ? null
    : `${entries(count)} are more than one link shows (${shareMost.toLocaleString('en-US')}). Narrow the question or the range, or export the answer as a file.`
}

/** How far a link of this would reach, and what of it visitors see without their words. */
export function ShareReach({ preview, current }: { preview: SharePreview | null; current: boolean }) {
  if (preview === null) return <p className="text-muted">Counting…</p>
  const { count, size, withheld, erased } = preview
  const why = unshareable(preview)
  return (
    <div role="status" className={current ? undefined : 'text-muted'}>
      {why === null ? (
        <p>
          <strong className="figures">{entries(count)}</strong>, frozen at checkpoint{' '}
          <span className="figures">{size.toLocaleString('en-US')}</span>: what is logged later never shows.
        </p>
      ) : (
        <p className="text-waiting">{why}</p>
      )}
      {withheld > 0 && (
        <p>
          {entries(withheld)} {withheld === 1 ? 'was' : 'were'} withheld: what{' '}
          {withheld === 1 ? 'it says' : 'they say'} never left its machine.
        </p>
      )}
      {erased > 0 && (
        <p>
          {entries(erased)} {erased === 1 ? 'was' : 'were'} erased: the header is all there is.
        </p>
      )}
    </div>
  )
}
