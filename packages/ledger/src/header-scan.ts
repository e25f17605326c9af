import { type EntryHeader, uuid } from './entry-header.ts'

const hash = '[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]'
/** Below 10^15: every such number is exact and prints as it is written. */
const whole = '0|[1-9][0-9]{0,14}'

/** Canonical headers have one order of members and nothing to escape, so one expression describes nearly all of them. */
const canonical = new RegExp(
  `^\\{"agent":(?:null|"(agt_${uuid})"),"commit":"(${hash})",(?:"decision":"(allow|ask|deny)",)?` +
    `"id":"(evt_${uuid})",(?:"policy":"(${hash})",)?"prev":"(${hash})","producer":"(prd_${uuid})",` +
    `"pseq":(${whole}),"ts":(${whole}),"type":"([a-z]+(?:\\.[a-z]+)+)","v":([1-9][0-9]{0,3}),` +
    '"ws":"([a-z][a-z0-9-]{0,39})"\\}$',
)
const noHash = 'A'.repeat(43)
const mostLength = 700
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/**
 * Reads a header the short way; null means only that the long way has to decide. TRUST BOUNDARY: accepts no bytes that
 * `parseHeader` would refuse without it. What is no UTF-8 decodes to U+FFFD, which fits nowhere.
 */
export const scanHeader = (bytes: Uint8Array): EntryHeader | null =>
  // Longer ones than any that fits, without a look.
  bytes.length > mostLength ? null : scanHeaderText(decoder.decode(bytes))

/** The same for text: what fits is ASCII, and stands for the bytes it is written in. */
export const scanHeaderText = (text: string): EntryHeader | null => {
  const match = text.length > mostLength ? null : canonical.exec(text)
  if (match === null) return null
  const [, agent, commit = '', decision, id = '', policy, prev = '', producer = ''] = match
  const [pseq, ts, type = '', v, ws = ''] = match.slice(8)
  const header = { v: Number(v), ws, id, ts: Number(ts), producer, pseq: Number(pseq), prev, type }
  if (type.length > 64 || (header.pseq === 0) !== (prev === noHash)) return null
  return {
    ...header,
    agent: agent ?? null,
    ...(isDecision(decision) ? { decision } : {}),
    ...(policy === undefined ? {} : { policy }),
    commit,
  }
}

const isDecision = (text: string | undefined): text is NonNullable<EntryHeader['decision']> =>
  text !== undefined
