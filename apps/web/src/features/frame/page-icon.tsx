const paths = {
  fleet: 'M2 3.5h12M2 8h12M2 12.5h7',
  sessions: 'M2.5 2.5h11v8h-6l-3 3v-3h-2z',
  audit: 'M3.5 1.5h9v13h-9zM6 5h4M6 8l1.5 1.5L10.5 6.5M6 12h4',
  settings: 'M2 4.5h6M11 4.5h3M2 11.5h3M8 11.5h6M9.5 3v3M6.5 10v3',
  health: 'M1.5 8.5h3l2-5 3 9 2-4h3',
  readiness: 'M2.5 8.5l3.5 4 7.5-9',
  reference: 'M6 2.5l-4 5.5 4 5.5M10 2.5l4 5.5-4 5.5',
  'sign-in': 'M7 2.5h6v11H7M2 8h7M6.5 5l3 3-3 3',
} as const
export type PageName = keyof typeof paths

export function PageIcon({ name }: { name: PageName }) {
  return (
    <svg
      viewBox="0 0 16 16"
      width="16"
      height="16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.4"
      aria-hidden="true"
      className="shrink-0"
    >
      <path d={paths[name]} />
    </svg>
  )
}
