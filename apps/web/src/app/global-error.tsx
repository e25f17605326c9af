'use client'

export default function GlobalFailure({ error }: { error: Error & { digest?: string } }) {
  return (
    <html lang="en">
      <body>
        <h1>Watchbill could not draw this page</h1>
        <p>
          Reload it. If it stays, the server log has the reason
          {error.digest === undefined ? '' : ` under ${error.digest}`}.
        </p>
      </body>
    </html>
  )
}
