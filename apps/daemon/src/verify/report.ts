import type { Contradiction } from './contradictions.ts'
import { type CountedFacts, countedText, isOurs, type ShareFacts, shareText } from './report-scope.ts'
import { visible } from './visible.ts'

/** The result of a check, in parts (SECURITY "A verdict has parts and is never a bare VALID"). */
export interface Report {
  readonly kind: 'log' | 'entry' | 'share' | 'archive' | 'export'
  readonly where: string
  readonly origin: string | null
  readonly size: number | null
  /** What was shown hashes to what was signed. */
  readonly consistent: 'yes' | 'no' | 'unknown'
  readonly signed: { readonly by: string | null; readonly pinned: 'yes' | 'no' | 'not asked' }
  readonly witnessed: {
    readonly count: number
    readonly of: number
    readonly names: readonly string[]
    /** Whether that is what the reader's policy demands; null without a policy. */
    readonly enough: boolean | null
  }
  readonly freshAs: number | null
  /** What this user had seen of the log before. */
  readonly seenBefore: { readonly size: number; readonly extends: 'yes' | 'no' | 'unknown' } | null
  readonly contradictions: readonly Contradiction[]
  /** What an entry says, as far as it is disclosed; null where there is not one alone. */
  readonly entry: Readonly<Record<string, unknown>> | null
  readonly share?: ShareFacts
  /** Of an archive or an export. */
  readonly counted?: CountedFacts
}

/** Everything that was asked for is proven, and nothing speaks against it. */
export const holds = (report: Report): boolean =>
  evidenceHolds(report) && (report.share === undefined || isOurs(report.share))

const evidenceHolds = (report: Report): boolean =>
  report.consistent === 'yes' &&
  report.signed.by !== null &&
  report.signed.pinned !== 'no' &&
  report.witnessed.enough !== false &&
  report.seenBefore?.extends !== 'no' &&
  report.contradictions.length === 0

export const formatReport = (report: Report): string => {
  const { kind, where, origin, size, contradictions } = report
  const counted = size === null ? 'no readable checkpoint' : `${size.toLocaleString('en')} entries`
  return [
    `${kind} ${visible(where)}`,
    `  origin        ${origin === null ? '–' : visible(origin)}`,
    ...scopeText(report),
    `  consistent    ${consistentText(report)}`,
    `  signed        ${signedText(report)}`,
    `  witnessed     ${witnessedText(report)}`,
    `  fresh as of   ${report.freshAs === null ? '–' : counted}`,
    ...seenText(report),
    ...(report.entry === null ? [] : [`  entry         ${visible(JSON.stringify(report.entry))}`]),
    ...contradictions.map(
      ({ place, kind: what, detail }) => `  CONTRADICTED  at ${visible(place)}: ${what}: ${visible(detail)}`,
    ),
    holds(report) ? 'It holds.' : `IT DOES NOT HOLD: ${whyNot(report)}`,
  ].join('\n')
}

const scopeText = ({ share, counted }: Report): string[] => [
  ...(share === undefined ? [] : shareText(share)),
  ...(counted === undefined ? [] : countedText(counted)),
]

const consistentText = ({ consistent, kind }: Report): string => {
  if (consistent === 'no') return 'NO: what is shown is not what the checkpoint commits to'
  if (consistent === 'unknown') return 'unknown'
  if (kind === 'log') return 'yes: every entry, chain and tile follows from the checkpoint'
  return kind === 'entry' ? 'yes: the entry stands in the log' : 'yes: every entry in it stands in the log'
}

const signedText = ({ signed: { by, pinned }, share }: Report): string => {
  if (by === null) return 'NOT by a key that is known here; name it with --key <verifier key>'
  if (pinned === 'yes' && share?.pin === 'matches') return `by ${by} (the key that your link names)`
  const words = {
    yes: 'the key you named or have seen before',
    no: 'NOT the key you named or have seen before',
    'not asked': 'not pinned by you',
  }
  return `by ${by} (${words[pinned]})`
}

const witnessedText = ({ witnessed: { count, of, names, enough } }: Report): string => {
  if (enough === null) return 'not asked; name witnesses you trust with --policy <file>'
  const list = names.length === 0 ? '' : ` (${names.map(visible).join(', ')})`
  return `${count} of ${of}${list}${enough ? '' : ': LESS THAN YOUR POLICY ASKS FOR'}`
}

const seenText = ({ seenBefore }: Report): string[] => {
  if (seenBefore === null) return []
  const words = { yes: 'this log extends it', no: 'THIS LOG DOES NOT EXTEND IT', unknown: 'not compared' }
  return [`  seen before   ${seenBefore.size.toLocaleString('en')} entries; ${words[seenBefore.extends]}`]
}

const whyNot = (report: Report): string => {
  if (report.contradictions.length > 0 || report.consistent === 'no') return 'it is contradicted.'
  if (report.seenBefore?.extends === 'no') return 'it contradicts what you have seen before.'
  if (report.signed.by === null) return 'nobody you know signed it.'
  if (report.signed.pinned === 'no')
    return 'it is signed by another key than the one you named or have seen before.'
  if (report.witnessed.enough === false) return 'too few of your witnesses cosigned it.'
  if (report.share !== undefined && evidenceHolds(report))
    return 'the evidence itself holds, but the page that carries it is not ours: do not believe what that page says.'
  return 'not everything could be checked.'
}
