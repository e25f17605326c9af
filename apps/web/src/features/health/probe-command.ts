import 'server-only'

import { headers } from 'next/headers'
import { programUrl } from '../../lib/program-url.ts'
import { requestOrigin } from '../../lib/request-origin.ts'

/** The probe as a program asks it, on this very origin. */
export async function probeCommand(path: string): Promise<string> {
  return `curl -sS -i '${programUrl(requestOrigin(await headers()))}${path}'`
}
