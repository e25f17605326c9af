import { openRemote } from '../db/remote.ts'
import type { Sealing } from './sealing.ts'
import { createSecondPlace } from './second-place.ts'
import { importMasterKey, parseMasterKey } from './seed.ts'

interface SealBindings {
  readonly WATCHBILL_DB_URL?: string
  readonly WATCHBILL_MASTER_KEY?: string
  readonly WATCHBILL_ANCHOR?: string
  readonly WATCHBILL_ANCHOR_TOKEN?: string
}

/** What signs checkpoints where there are no files; null unless both bindings are there. Throws Error for a wrong one. */
export const openEdgeSealing = async (env: SealBindings): Promise<Sealing | null> => {
  const { WATCHBILL_MASTER_KEY: keyText = '', WATCHBILL_ANCHOR: url = '' } = env
  if (keyText === '' || url === '') return null
  const key = parseMasterKey(keyText)
  if (key === null) throw new Error('WATCHBILL_MASTER_KEY must be 32 bytes in base64url')
  if (!/^(https?|libsql):\/\//.test(url) || url === env.WATCHBILL_DB_URL) {
    throw new Error('WATCHBILL_ANCHOR must name another libSQL server than WATCHBILL_DB_URL')
  }
  const place = createSecondPlace(
    new URL(url).host,
    openRemote({ url, authToken: env.WATCHBILL_ANCHOR_TOKEN }),
  )
  return { place, masterKey: await importMasterKey(key), outcomes: new Map() }
}
