import { build } from './build.mjs'
import { startDaemon } from './join.mjs'
import { admin, env, port } from './local.mjs'
import { root, run, seconds } from './run.mjs'
import { accepts, createSupervisor, freePort, untilListening } from './supervise.mjs'

const started = performance.now()
const demo = process.argv.includes('--demo')
const portTaken = `Port ${port} is taken. If Watchbill runs there already, \`npx watchbill sign-in\` prints a link to it;
otherwise choose another port: WATCHBILL_PORT=4050 npm start`
const api = `${root}apps/api/dist`
const node = process.execPath

/** A second `npm start -- --demo` beside a running Watchbill tells the demo's story to that one. */
const addDemo = async () => {
  const ours = await fetch(`http://127.0.0.1:${port}/livez`).then(
    (reply) => reply.ok,
    () => false,
  )
  if (!demo || !ours) throw new Error(portTaken)
  console.log(
    `Watchbill runs already; adding the demo to it. ${demoPlace(await admin('sign-in'))}\nStop feeding it: Ctrl-C.`,
  )
  process.exit((await run(node, [`${api}/admin.js`, 'demo', 'run'], { env })).code)
}

const demoPlace = (link) =>
  `Open this link once:\n\n  ${link}\n\nThen the demo fleet, a workspace of its own:\n\n  ${new URL(link).origin}/?workspace=demo\n`

const main = async () => {
  if (Number.isInteger(port) && (await accepts(port))) return addDemo()
  await build()
  const supervisor = createSupervisor()
  await admin('migrate')
  await admin('workspace', 'init')
  const web = await freePort()
  supervisor.start('dashboard', node, [`${root}apps/web/.next/standalone/apps/web/server.js`], {
    ...env,
    PORT: String(web),
    HOSTNAME: '127.0.0.1',
    NODE_ENV: 'production',
    NEXT_TELEMETRY_DISABLED: '1',
  })
  // Under load the young generation would take 48 MB; at 12 it collects no slower and the process stays below 200 MB.
  supervisor.start('control plane', node, ['--max-semi-space-size=4', `${api}/serve.js`], {
    ...env,
    WATCHBILL_WEB_URL: `http://127.0.0.1:${web}`,
    NODE_ENV: 'production',
  })
  await untilListening(port, supervisor)
  await untilListening(web, supervisor)
  if (demo) supervisor.start('demo', node, [`${api}/admin.js`, 'demo', 'run'], env)
  await startDaemon(supervisor)
  const link = await admin('sign-in')
  const where = demo ? demoPlace(link) : `Open this link once, within 15 minutes:\n\n  ${link}\n`
  console.log(`\nWatchbill is up after ${seconds(started)}. ${where}`)
  console.log('Another link: npx watchbill sign-in. Stop: Ctrl-C.')
}

await main().catch((error) => {
  console.error(error.message)
  process.exit(1)
})
