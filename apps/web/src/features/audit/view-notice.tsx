import { UntrustedText } from '../../ui/untrusted-text.tsx'
import type { PartView } from './views-menu.tsx'

/** Which terms of a saved view were left out, for as long as the rest of it is what is asked. */
export function ViewNotice({ part, q }: { part: PartView | null; q: string | null }) {
  if (part === null || part.q !== (q ?? '')) return null
  const { view } = part
  return (
    <p role="status" className="order-last w-full text-waiting">
      “<UntrustedText text={view.name} max={80} />” works on without what this version does not know:{' '}
      {view.ignored.map(({ from, to, detail }, index) => (
        <span key={`${from} ${to}`}>
          {index > 0 && '; '}
          <code>
            <UntrustedText text={view.q.slice(from, to)} max={80} />
          </code>{' '}
          (<UntrustedText text={detail} max={160} />)
        </span>
      ))}
      .
    </p>
  )
}
