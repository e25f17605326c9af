import type { LiveState } from '../../lib/live-stream.ts'

const words: Readonly<Record<LiveState, string>> = {
  connecting: 'Connecting',
  live: 'Live',
  offline: 'Reconnecting',
  'signed-out': 'Signed out',
}

/** Whether what is on screen follows the fleet: a filled dot, a hollow one, and the word. */
export function LiveMark({ state }: { state: LiveState }) {
  const live = state === 'live'
  return (
    <span
      role="status"
      data-live={state}
      className="flex min-w-[4.2em] shrink-0 items-center gap-1.5 whitespace-nowrap"
    >
      <svg
        viewBox="0 0 10 10"
        width="8"
        height="8"
        aria-hidden="true"
        className={live ? 'text-proven' : 'text-waiting'}
      >
        <circle
          cx="5"
          cy="5"
          r="4"
          fill={live ? 'currentColor' : 'none'}
          stroke="currentColor"
          strokeWidth="1.5"
        />
      </svg>
      {state === 'signed-out' ? (
        <a href={`/sign-in?next=${encodeURIComponent(window.location.pathname + window.location.search)}`}>
          {words[state]}
        </a>
      ) : (
        words[state]
      )}
    </span>
  )
}
