import type { Metadata, Viewport } from 'next'
import { cookies } from 'next/headers'
import { connection } from 'next/server'
import type { ReactNode } from 'react'
import { Frame } from '../features/frame/frame.tsx'
import { readSelf } from '../lib/api-server.ts'
import { knownTheme, themeCookie, zoneCookie } from '../lib/preferences.ts'
import { Providers } from '../lib/providers.tsx'
import { knownZone } from '../lib/zone.ts'
import './globals.css'

export const metadata: Metadata = {
  title: { default: 'Watchbill', template: '%s · Watchbill' },
  description: 'What every AI agent on every machine is doing.',
}

export const viewport: Viewport = {
  width: 'device-width',
  initialScale: 1,
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#f7f6f2' },
    { media: '(prefers-color-scheme: dark)', color: '#0f1214' },
  ],
}

export default async function RootLayout({ children }: { children: ReactNode }) {
  // Every page is drawn per request: its scripts carry that request's nonce.
  await connection()
  const chosen = await cookies()
  const theme = knownTheme(chosen.get(themeCookie)?.value)
  const self = await readSelf()
  return (
    <html lang="en" data-theme={theme === 'auto' ? undefined : theme}>
      <body>
        <Providers now={Date.now()} zone={knownZone(chosen.get(zoneCookie)?.value)}>
          <Frame self={self} theme={theme}>
            {children}
          </Frame>
        </Providers>
      </body>
    </html>
  )
}
