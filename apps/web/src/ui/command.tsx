import { CopyButton } from './copy-button.tsx'

/** A command, unedited and ready to copy. Our own text, or text made safe for a shell before it came here. */
export function Command({
  text,
  label = 'command',
  wrap = false,
}: {
  text: string
  label?: string
  /** Breaks a long line instead of scrolling it: for what must be read before it is run. */
  wrap?: boolean
}) {
  return (
    <div className="flex items-start gap-2 rounded border bg-panel py-1.5 pr-1.5 pl-2.5">
      <section
        aria-label={label}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        className="min-w-0 flex-1 overflow-x-auto"
      >
        <pre className={`leading-5 ${wrap ? 'break-all whitespace-pre-wrap' : ''}`}>{text}</pre>
      </section>
      <CopyButton text={text} label={label} />
    </div>
  )
}
