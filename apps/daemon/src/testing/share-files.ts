import { evidence, merkle } from '@watchbill/ledger'
import { type createLog, logOrigin, logSigner } from './log-folder.ts'

type Log = ReturnType<typeof createLog>

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')

/** The data of a share that shows these entries whole, frozen at `log`. */
export const shareOf = async (
  log: Log,
  seqs: readonly number[],
  more: Partial<evidence.Disclosure> = {},
): Promise<evidence.Disclosure> => ({
  ...{ v: 1, kind: 'selection', origin: logOrigin, share: 'shr_00000000-0000-7000-8000-000000000001' },
  ...{ title: 'Pushes', query: 'type:tool.called', range: null, redacted: [] },
  ...{ createdAt: '2026-11-20T12:00:00.000Z', expiresAt: '2026-11-27T12:00:00.000Z' },
  checkpoint: await log.note(),
  keys: [logSigner.key.text],
  entries: seqs.map(log.row),
  proof: log.prove(merkle.planSelection(seqs, log.size)).map(base64),
  ...{ newest: null, seen: null },
  ...more,
})

/** What a share says of a later state of its log. */
export const newestOf = async (
  frozen: Log,
  log: Log,
): Promise<NonNullable<evidence.Disclosure['newest']>> => ({
  checkpoint: await log.note(),
  hashes: log.prove(merkle.planConsistency(frozen.size, log.size)).map(base64),
})

export const testChecker = 'document.title="checked";if(1<2)console.log("<b>")'

/** A share document as the control plane writes it (apps/api, shares/document.ts), with another program. */
export const pageOf = (disclosure: evidence.Disclosure, checker = testChecker): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'sha256-x='">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Pushes &lt;b&gt;</title>
<style>:root{color-scheme:light dark}a>b{color:red}</style>
</head>
<body>
<main>
<section id="verdict" aria-live="polite" aria-label="Verdict"><p class="lead">not checked yet</p></section>
<p><a href="?download=1&amp;at=12" download="evidence.html">Keep</a></p>
</main>
<script type="application/json" id="evidence">${evidence.formatDisclosure(disclosure).replaceAll('<', '\\u003c')}</script>
<script id="checker">${checker}</script>
</body>
</html>
`

/** An export of these entries; those from `log.size` on would be pending. */
export const exportOf = async (log: Log, seqs: readonly number[]): Promise<string[]> => {
  const createdAt = '2026-11-20T12:00:00.000Z'
  const head = { origin: logOrigin, query: '', size: log.size, count: seqs.length, createdAt }
  const lines = [
    evidence.formatExportHead({ ...head, checkpoint: await log.note(), keys: [logSigner.key.text] }),
  ]
  let at = 0
  for (const seq of [...seqs, log.size]) {
    const gap = log.prove(merkle.planGap(at, seq, log.size))
    if (gap.length > 0) lines.push(evidence.formatExportGap(gap))
    if (seq < log.size)
      lines.push(evidence.formatExportEntry({ ...log.row(seq), receivedAt: createdAt, owner: 'mch_1' }))
    at = seq + 1
  }
  return [...lines, evidence.formatExportEnd(seqs.length)]
}

const block = 512

export interface TarIdea {
  readonly name: string
  readonly text: string
  /** ustar type flag. */
  readonly kind?: string
  /** In the header, instead of its own. */
  readonly size?: number
}

/** A ustar archive, made by another hand than the one that reads it. */
export const tarOf = (files: readonly TarIdea[], end = true): Uint8Array => {
  const pieces = files.flatMap(({ name, text, kind = '0', size }) => {
    const body = Buffer.from(text)
    const header = Buffer.alloc(block)
    header.write(name, 0)
    header.write('0000644\0', 100)
    header.write(`${(size ?? body.length).toString(8).padStart(11, '0')}\0`, 124)
    header.write('00000000000\0        ', 136)
    header.write(kind, 156)
    header.write('ustar\x0000', 257)
    const sum = header.reduce((total, byte) => total + byte, 0)
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
    return [header, body, Buffer.alloc((block - (body.length % block)) % block)]
  })
  return new Uint8Array(Buffer.concat([...pieces, Buffer.alloc(end ? 2 * block : 0)]))
}
