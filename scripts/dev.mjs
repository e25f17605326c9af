import { install } from './install.mjs'
import { startDaemon } from './join.mjs'
import { admin, env as local, port } from './local.mjs'
import { bin, root } from './run.mjs'
import { createSupervisor, freePort, untilListening } from './supervise.mjs'

const node = process.execPath

/** Both apps with reload: Next's own dev server behind the API, and the servers rebuilt and restarted on change. */
const main = async () => {
  await install()
  const { watch } = await import('./bundle.mjs')
  const supervisor = createSupervisor()
  const web = await freePort()
  const env = {
    ...local,
    WATCHBILL_WEB_URL: `http://127.0.0.1:${web}`,
    NEXT_TELEMETRY_DISABLED: '1',
  }
  await watch((name) => supervisor.renew(name))
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
  await startDaemon(supervisor)
  console.log(`\n  ${await admin('sign-in')}\n`)
}

await main().catch((error) => {
  console.error(error.message)
  process.exit(1)
})
