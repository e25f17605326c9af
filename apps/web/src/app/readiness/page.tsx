import type { Metadata } from 'next'
import { ReadinessPage } from '../../features/health/readiness-page.tsx'

export const metadata: Metadata = { title: 'Readiness' }

export default function Page() {
  return <ReadinessPage />
}
