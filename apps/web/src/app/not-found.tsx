import Link from 'next/link'
import { PageHead } from '../ui/page-head.tsx'

export default function NotFound() {
  return (
    <PageHead title="404" lead="There is nothing here">
      <p className="mt-2">
        It may have been removed, or belong to a workspace you cannot see.{' '}
        <Link href="/">Go to the fleet</Link>
      </p>
    </PageHead>
  )
}
