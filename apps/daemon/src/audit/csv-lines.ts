import type { Client } from '@watchbill/contract/client'
import { Failure } from '../cli/failure.ts'
import type { Terminal } from '../cli/terminal.ts'
import { errorText } from '../error-code.ts'

/** Everything that answers, as the control plane exports it: neutralised there, and on record there. Answers 0. */
export const printCsv = async (client: Client, query: string, terminal: Terminal): Promise<number> => {
  const { body } = await client.exportEntries({ query: { q: query, format: 'csv' } })
  let rest = ''
  try {
    for await (const text of (body ?? new Blob().stream()).pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split('\r\n')
      rest = lines.pop() ?? ''
      // The terminal adds the LF.
      for (const line of lines) terminal.out(`${line}\r`)
    }
  } catch (error) {
    throw brokenOff(errorText(error))
  }
  if (rest !== '') throw brokenOff('its last line does not end')
  return 0
}

const brokenOff = (why: string) =>
  new Failure('audit: the export broke off', why, 'what was printed is not all of it: ask again')
