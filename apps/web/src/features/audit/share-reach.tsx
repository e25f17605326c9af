import type { SharePreview } from './share-preview.ts'

const entries = (count: number) => `${count.toLocaleString('en-US')} ${count === 1 ? 'entry' : 'entries'}`

/** How far a link of this would reach, and what of it visitors see without their words. */
export function ShareReach({ preview, current }: { preview: SharePreview | null; current: boolean }) {
  if (preview === null) return <p className="text-muted">Counting…</p>
  const { count, size, withheld, erased } = preview
  return (
    <div role="status" className={current ? undefined : 'text-muted'}>
      {count === 0 ? (
        <p className="text-waiting">Nothing answers this, so there is nothing to share.</p>
      ) : (
        <p>
          <strong className="figures">{entries(count)}</strong>, frozen at checkpoint{' '}
          <span className="figures">{size.toLocaleString('en-US')}</span>: what is logged later never shows.
        </p>
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
