import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { build } from './build.mjs'
import { root, run, seconds } from './run.mjs'
import { createSupervisor, freePort, untilListening } from './supervise.mjs'

const started = performance.now()
const demo = process.argv.includes('--demo')
const port = Number(process.env.WATCHBILL_PORT ?? 4040)
const data = resolve(root, process.env.WATCHBILL_DATA ?? '.watchbill')
const env = {
  WATCHBILL_PORT: String(port),
  WATCHBILL_DATA: data,
  WATCHBILL_API_URL: `http://127.0.0.1:${port}`,
}
const api = `${root}apps/api/dist`
const node = process.execPath

/** One admin command; its standard output, or an error that shows what it said. */
const admin = async (...args) => {
  const { code, output } = await run(node, [`${api}/admin.js`, ...args], { env, quiet: true })
  if (code !== 0) throw new Error(output.trim())
  return output.trim()
}

const main = async () => {
  await build()
  const supervisor = createSupervisor()
  await admin('migrate')
  await admin('init')
  const web = await freePort()
  supervisor.start('dashboard', node, [`${root}apps/web/.next/standalone/apps/web/server.js`], {
    ...env,
    PORT: String(web),
    HOSTNAME: '127.0.0.1',
    NODE_ENV: 'production',
    NEXT_TELEMETRY_DISABLED: '1',
  })
  supervisor.start('control plane', node, [`${api}/serve.js`], {
    ...env,
    WATCHBILL_WEB_URL: `http://127.0.0.1:${web}`,
    NODE_ENV: 'production',
  })
  await untilListening(port, supervisor)
  await untilListening(web, supervisor)
  if (demo) {
    await admin('demo', 'create')
    supervisor.start('demo', node, [`${api}/admin.js`, 'demo', 'run'], env)
  }
  supervisor.start('daemon', node, [`${root}apps/daemon/dist/watchbill.js`, 'start', '--foreground'], {
    ...env,
    ...(existsSync(`${data}/daemon/credential.json`)
      ? {}
      : { WATCHBILL_ENROLL_TOKEN: await admin('enroll') }),
  })
  const link = await admin('sign-in')
  console.log(
    `\nWatchbill is up after ${seconds(started)}. Open this link once, within 15 minutes:\n\n  ${link}\n`,
  )
  if (demo) console.log(`The demo fleet is its own workspace: choose "demo" at the top of the page.\n`)
  console.log('Another link: npx watchbill sign-in. Stop: Ctrl-C.')
}

await main().catch((error) => {
  console.error(error.message)
  process.exit(1)
})
