import { holds, type PageVerdict } from './page-check.ts'
import { printable } from './printable.ts'

/** The parts of a verdict, and what it says nothing about. */
export const formatVerdict = (verdict: PageVerdict): string => {
  const { origin, size, seenBefore, contradictions } = verdict
  return [
    `log ${origin === null ? '–' : printable(origin)}`,
    `  consistent    ${consistentText(verdict)}`,
    `  signed        ${signedText(verdict)}`,
    '  witnessed     not asked; watchbill verify <link> --policy <file> counts witnesses you trust',
    `  fresh as of   ${size === null ? '–' : `${countText(size)} entries`}`,
    ...(seenBefore === null
      ? []
      : [
          `  seen before   ${countText(seenBefore.size)} entries; ${seenBefore.extends ? 'this log extends it' : 'THIS LOG DOES NOT EXTEND IT'}`,
        ]),
    ...contradictions.map(
      ({ place, kind, detail }) => `  CONTRADICTED  at ${printable(place)}: ${kind}: ${printable(detail)}`,
    ),
    '  left out      not excluded: what a query does not show is not proven to be absent',
    lastLine(verdict),
  ].join('\n')
}

const countText = (count: number): string => count.toLocaleString('en')

const consistentText = ({ entries, pending, size, contradictions }: PageVerdict): string => {
  if (contradictions.length > 0) return 'NO: what is shown is not what the checkpoint commits to'
  const proven = entries - pending
  const behind = pending === 0 ? '' : `; ${countText(pending)} pending, no checkpoint covers them yet`
  if (size === null || proven === 0) return `unknown: nothing was there to check${behind}`
  return `yes: ${countText(proven)} of ${countText(entries)} entries stand in the log as they are shown${behind}`
}

const signedText = ({ signed: { by, pinned } }: PageVerdict): string => {
  if (by === null) return 'NOT by a key that is known here'
  const words = {
    yes: 'the key you have seen with this log before, or one it led to',
    no: 'NOT the key you have seen with this log before',
    'not asked': 'not pinned by you: this control plane named it itself, and from now on it is remembered',
  }
  return `by ${by} (${words[pinned]})`
}

const lastLine = (verdict: PageVerdict): string => {
  if (holds(verdict)) return verdict.entries === verdict.pending ? 'Nothing was proven.' : 'It holds.'
  return verdict.contradictions.length > 0
    ? 'IT DOES NOT HOLD: it is contradicted.'
    : 'IT DOES NOT HOLD: nobody you know signed it.'
}
