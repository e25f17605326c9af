import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { openSealing } from '../seal/node-sealing.ts'
import type { Sealing } from '../seal/sealing.ts'
import type { Call } from './command.ts'

/** What a check may ask; null where nothing was ever sealed from here, since looking must not make a new key and place. */
export const openSealed = async ({ env }: Call): Promise<Sealing | null> =>
  env.anchor !== null || existsSync(join(env.data, 'installation')) ? openSealing(env) : null
