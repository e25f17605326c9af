/** Says that the page waits for something and will turn by itself. */
export function Listening({ children }: { children: string }) {
  return (
    <span role="status" className="inline-flex items-center gap-2 text-muted">
      <svg
        viewBox="0 0 12 12"
        width="10"
        height="10"
        aria-hidden="true"
        className="animate-pulse text-working"
      >
        <circle cx="6" cy="6" r="5" fill="currentColor" />
      </svg>
      {children}
    </span>
  )
}
