import { baseStyle } from './document/style.ts'

/** Headers of every page an outsider sees (SECURITY "Share links"); no-referrer and no-store stand on every answer anyway. */
export const pageHeaders = (policy: string, more: Readonly<Record<string, string>> = {}): Headers =>
  new Headers({
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy,
    'cache-control': 'no-store',
    'x-robots-tag': 'noindex, nofollow',
    ...more,
  })

/** `'sha256-…'` of exactly this text, for a policy. */
export const hashSource = async (text: string): Promise<string> => {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return `'sha256-${btoa(String.fromCharCode(...new Uint8Array(digest)))}'`
}

/** A small page of our own words: nothing in it comes from anybody else. */
export const plainPage = (title: string, ...paragraphs: readonly string[]): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<title>${title} · Watchbill</title>
<style>${baseStyle}</style>
</head>
<body>
<header><b>Watchbill</b></header>
<main>
<h1 class="lead">${title}</h1>
${paragraphs.join('\n')}
</main>
</body>
</html>
`

/** Of pages that only say something. `forms`: where a form of it may go. */
export const plainPolicy = async (forms: "'none'" | "'self'" = "'none'"): Promise<string> =>
  `default-src 'none'; style-src ${await hashSource(baseStyle)}; form-action ${forms}; base-uri 'none'; ` +
  "frame-ancestors 'none'"
