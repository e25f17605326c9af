'use client'

import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { useLinks } from '../../lib/links.ts'
import { PageIcon, type PageName } from './page-icon.tsx'

/** Only pages that exist; who is not signed in sees those that are open to anyone. */
export function Rail({ signedIn }: { signedIn: boolean }) {
  const links = useLinks()
  return (
    <nav
      aria-label="Pages"
      className="print-hide fixed inset-x-0 bottom-0 z-30 flex h-14 border-t bg-ground sm:inset-x-auto sm:inset-y-0 sm:left-0 sm:h-auto sm:w-40 sm:flex-col sm:border-t-0 sm:border-r"
    >
      <Link
        href={links.fleet()}
        className="hidden h-11 items-center gap-2 border-b px-4 font-semibold no-underline sm:flex"
      >
        <Watch /> Watchbill
      </Link>
      <div className="contents sm:flex sm:flex-col sm:py-2">
        {signedIn ? (
          <>
            <Page name="fleet" href={links.fleet()}>
              Fleet
            </Page>
            <Page name="sessions" href={links.sessions()}>
              Sessions
            </Page>
            <Page name="audit" href={links.audit()}>
              Audit
            </Page>
            <Page name="settings" href={links.settings()}>
              Settings
            </Page>
          </>
        ) : (
          <Page name="sign-in" href="/sign-in">
            Sign in
          </Page>
        )}
      </div>
      <div className="contents sm:mt-auto sm:flex sm:flex-col sm:border-t sm:py-2">
        <p className="hidden px-4 py-1 text-small text-muted sm:block">Status</p>
        <Page name="health" href={links.health()}>
          Health
        </Page>
        <Page name="readiness" href={links.readiness()}>
          Readiness
        </Page>
        <Page name="reference" href={links.reference()}>
          API
        </Page>
      </div>
    </nav>
  )
}

function Page({ name, href, children }: { name: PageName; href: string; children: string }) {
  const path = usePathname()
  const root = href.split('?')[0] ?? href
  const here = root === '/' ? path === '/' || path.startsWith('/agents') : path.startsWith(root)
  return (
    <Link
      href={href}
      aria-current={here ? 'page' : undefined}
      className={`flex flex-1 flex-col items-center justify-center gap-1 no-underline hover:bg-hover sm:h-8 sm:flex-none sm:flex-row sm:justify-start sm:gap-2.5 sm:pr-3.5 ${
        here ? 'font-semibold sm:border-l-2 sm:border-ink sm:pl-3.5' : 'text-muted hover:text-ink sm:pl-4'
      }`}
    >
      <PageIcon name={name} />
      {children}
    </Link>
  )
}

/** The mark: eight bells of a watch as four strokes, the last one struck. */
function Watch() {
  return (
    <svg
      viewBox="0 0 16 16"
      width="16"
      height="16"
      aria-hidden="true"
      fill="none"
      stroke="currentColor"
      strokeWidth="2"
    >
      <path d="M2 3v10M6 3v10M10 3v10" />
      <path d="M14 3v10" className="text-waiting" stroke="currentColor" />
    </svg>
  )
}
