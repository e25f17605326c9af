import { existsSync } from 'node:fs'
import { root, run } from './run.mjs'

/** Enrols the daemon of this machine with its own control plane, the first time. The token travels in the environment. */
export const joinThisMachine = async (env, admin) => {
  if (existsSync(`${env.WATCHBILL_DATA}/daemon/credential.json`)) return
  const { code, output } = await run(
    process.execPath,
    [`${root}apps/daemon/dist/watchbill.js`, 'enroll', '--api', env.WATCHBILL_API_URL],
    { env: { ...env, WATCHBILL_ENROLL_TOKEN: await admin('enroll-token') }, quiet: true },
  )
  if (code !== 0) throw new Error(output.trim())
}
