import { formatDuration } from '../../lib/duration.ts'
import { standing } from '../../lib/evidence/log-memory.ts'
import type { LogView } from '../../lib/evidence/log-view.ts'

export interface SealWords {
  readonly glyph: string
  /** Stands everywhere; `rest` only where there is room. */
  readonly short: string
  readonly rest: string
  readonly colour: string
  readonly hint: string
}

/** What the seal says of the log, LOOK "Frame". `now` is the server's time, ms. */
export function sealWords(view: LogView, now: number): SealWords {
  const { kind, log, memory, checkedAt } = view
  const proven = memory?.size ?? 0
  const pending = Math.max(0, (log?.size ?? 0) - proven)
  const figure = proven.toLocaleString('en-US')
  const again = 'A click checks again.'
  switch (kind) {
    case 'contradicted':
      return say('✕', 'CONTRADICTED', '', 'text-failed', standing(memory)[0]?.detail ?? '')
    case 'proven': {
      const ago = checkedAt === null ? '' : `, ${formatDuration(now - checkedAt)} ago`
      const wait = pending === 0 ? 'Nothing is pending.' : `${pending.toLocaleString('en-US')} pending.`
      const failed = log?.sealFailure ?? null
      if (failed !== null)
        return say(
          '…',
          figure,
          ` proven, ${pending.toLocaleString('en-US')} not sealed`,
          'text-waiting',
          `${failed} ${again}`,
        )
      return say('✓', figure, ` proven${ago}`, 'text-proven', `Checked by this browser. ${wait} ${again}`)
    }
    case 'unsealed':
      return say(
        '…',
        pending.toLocaleString('en-US'),
        ' pending',
        'text-muted',
        `${log?.sealFailure ?? 'No checkpoint is signed yet.'} ${again}`,
      )
    case 'unreachable':
      return say(
        '?',
        figure,
        ' proven; no answer now',
        'text-waiting',
        `${view.why ?? 'The log does not answer.'} ${again}`,
      )
    case 'unable':
      return say(
        '?',
        'Not checked',
        '',
        'text-muted',
        'This address is not secure, so this browser checks no signature here.',
      )
    case 'asking':
      return say('…', 'Checking', ' the log', 'text-muted', 'Asking for the newest checkpoint.')
  }
}

const say = (glyph: string, short: string, rest: string, colour: string, hint: string): SealWords => ({
  glyph,
  short,
  rest,
  colour,
  hint,
})
