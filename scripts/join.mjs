import { existsSync } from 'node:fs'
import { admin, env } from './local.mjs'
import { root, run } from './run.mjs'

const program = `${root}apps/daemon/dist/watchbill.js`

/** Starts the daemon of this machine; the first time it joins the control plane, by a token in the environment. */
export const startDaemon = async (supervisor) => {
  if (!existsSync(`${env.WATCHBILL_DATA}/daemon/credential.json`)) await join()
  supervisor.start(
    'daemon',
    process.execPath,
    [program, 'start', '--foreground', '--data', env.WATCHBILL_DATA],
    env,
  )
}

const join = async () => {
  const { code, output } = await run(process.execPath, [program, 'enroll', '--api', env.WATCHBILL_API_URL], {
    env: { ...env, WATCHBILL_ENROLL_TOKEN: await admin('enroll-token') },
    quiet: true,
  })
  if (code !== 0) throw new Error(output.trim())
}
