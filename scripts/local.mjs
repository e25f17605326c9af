import { resolve } from 'node:path'
import { root, run } from './run.mjs'
import { freePort } from './supervise.mjs'

const asked = process.env.WATCHBILL_PORT ?? '4040'

/** The control plane's port on this machine; NaN where WATCHBILL_PORT is none. */
export const port = asked === '0' ? await freePort() : Number(asked)

/** What every process of this installation is told. */
export const env = {
  // What is no port is passed on as it is: the control plane says so best.
  WATCHBILL_PORT: Number.isInteger(port) ? String(port) : asked,
  WATCHBILL_DATA: resolve(root, process.env.WATCHBILL_DATA ?? '.watchbill'),
  WATCHBILL_API_URL: `http://127.0.0.1:${port}`,
}

/** One admin command; its standard output, or an error that shows what it said. */
export const admin = async (...args) => {
  const { code, output } = await run(process.execPath, [`${root}apps/api/dist/admin.js`, ...args], {
    env,
    quiet: true,
  })
  if (code !== 0) throw new Error(output.trim())
  return output.trim()
}
