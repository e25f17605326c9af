import { evidence } from '@watchbill/ledger'
import { pause } from '../pause.ts'
import { escapeEvidence } from './document/evidence-text.ts'
import { formatHtml } from './document/html.ts'
import { plainText } from './document/reveal.ts'
import { documentStyle } from './document/style.ts'
import { aboutParts, type Occasion, proofParts, verdictPlaceholder } from './document-parts.ts'
import { rowsHtml } from './document-rows.ts'
import { hashSource } from './page.ts'
import { checkerText } from './script.ts'

/** `frame-ancestors` counts in a header alone. */
export const documentPolicy = async (): Promise<string> => `${await metaPolicy()}; frame-ancestors 'none'`

const metaPolicy = async (): Promise<string> =>
  `default-src 'none'; script-src ${await hashSource(checkerText())}; style-src ${await hashSource(documentStyle)}; ` +
  "connect-src 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

/**
 * The whole document: readable without scripts, and with what checks it inside (SECURITY "Share links"). Nothing in it depends
 * on when it is made but the evidence, so what is kept is what was read. Throws RangeError for what makes no evidence.
 */
export const formatDocument = async (
  disclosure: evidence.Disclosure,
  occasion: Occasion,
): Promise<string> => {
  const text = evidence.formatDisclosure(disclosure)
  await pause(0)
  const title = plainText(disclosure.title) || 'Shared entries of an audit log'
  const html = (parts: readonly Parameters<typeof formatHtml>[0][]) => parts.map(formatHtml).join('\n')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${await metaPolicy()}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<meta name="referrer" content="no-referrer">
${formatHtml({ tag: 'title', attrs: {}, children: [title] })}
<style>${documentStyle}</style>
</head>
<body>
<header><b>Watchbill</b><span>Shared entries of an audit log</span></header>
<main>
<section id="verdict" aria-live="polite" aria-label="Verdict">${html(verdictPlaceholder(disclosure))}</section>
${html(aboutParts(disclosure, occasion, title))}
<section id="entries" aria-label="Entries">
${await rowsHtml(disclosure)}
</section>
${html(proofParts(disclosure, occasion))}
</main>
<script type="application/json" id="evidence">${escapeEvidence(text)}</script>
<script id="checker">${checkerText()}</script>
</body>
</html>
`
}
