import { resolve } from 'node:path'
import { install } from './install.mjs'
import { joinThisMachine } from './join.mjs'
import { bin, root, run } from './run.mjs'
import { createSupervisor, freePort, untilListening } from './supervise.mjs'

const port = Number(process.env.WATCHBILL_PORT ?? 4040)
const data = resolve(root, process.env.WATCHBILL_DATA ?? '.watchbill')
const node = process.execPath

/** Both apps with reload: Next's own dev server behind the API, and the servers rebuilt and restarted on change. */
const main = async () => {
  await install()
  const { watch } = await import('./bundle.mjs')
  const supervisor = createSupervisor()
  const web = await freePort()
  const env = {
    WATCHBILL_PORT: String(port),
    WATCHBILL_DATA: data,
    WATCHBILL_API_URL: `http://127.0.0.1:${port}`,
    WATCHBILL_WEB_URL: `http://127.0.0.1:${web}`,
    NEXT_TELEMETRY_DISABLED: '1',
  }
  await watch((name) => supervisor.renew(name))
  const admin = (...args) => run(node, [`${root}apps/api/dist/admin.js`, ...args], { env, quiet: true })
  await admin('migrate')
  await admin('workspace', 'init')
  supervisor.start(
    'dashboard',
    node,
    [bin('next/dist/bin/next'), 'dev', '--port', String(web), '--hostname', '127.0.0.1'],
    env,
    `${root}apps/web`,
  )
  supervisor.start('api', node, [`${root}apps/api/dist/serve.js`], env)
  await untilListening(port, supervisor)
  await joinThisMachine(env, async (...args) => (await admin(...args)).output.trim())
  supervisor.start(
    'daemon',
    node,
    [`${root}apps/daemon/dist/watchbill.js`, 'start', '--foreground', '--data', data],
    env,
  )
  console.log(`\n  ${(await admin('sign-in')).output.trim()}\n`)
}

await main().catch((error) => {
  console.error(error.message)
  process.exit(1)
})
