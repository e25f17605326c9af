import type { Database } from '../db/open.ts'
import { listWorkspaces } from '../identity/store.ts'
import { UsageError } from './command.ts'
import { nearest } from './find-command.ts'

/** The workspace by that name, `default` when none is given. Throws UsageError with those there are. */
export const requireWorkspace = async (
  { installation }: Pick<Database, 'installation'>,
  name: string | null,
): Promise<string> => {
  const wanted = name ?? 'default'
  const known = (await listWorkspaces(installation)).map((one) => one.id)
  if (known.includes(wanted)) return wanted
  const guess = nearest(wanted, known)
  const hint =
    guess === null
      ? `there are: ${known.join(', ') || 'none; run `watchbill workspace init`'}`
      : `did you mean ${guess}?`
  throw new UsageError(`there is no workspace ${JSON.stringify(wanted)}; ${hint}`)
}
