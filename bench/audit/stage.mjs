import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { root, run } from '../../scripts/run.mjs'
import { accepts, freePort } from '../../scripts/supervise.mjs'

const api = `${root}apps/api/dist`

/**
 * The control plane as it ships, over the data that `audit bench --served` left in `folder`, and where `dashboard` is asked
 * for the dashboard's process behind it. `key` and `signIn` are the console's.
 */
export const startStage = async (folder, { dashboard = false } = {}) => {
  const [port, webPort] = [await freePort(), await freePort()]
  const url = `http://127.0.0.1:${port}`
  const env = {
    WATCHBILL_DATA: join(folder, 'served'),
    XDG_STATE_HOME: join(folder, 'state'),
    WATCHBILL_PORT: String(port),
    WATCHBILL_API_URL: url,
    WATCHBILL_WEB_URL: `http://127.0.0.1:${webPort}`,
    NODE_ENV: 'production',
  }
  const web = `${root}apps/web/.next/standalone/apps/web/server.js`
  const children = [
    // As `npm start` starts it.
    await start(port, ['--max-semi-space-size=4', `${api}/serve.js`], env),
    ...(dashboard
      ? [await start(webPort, [web], { ...env, PORT: String(webPort), HOSTNAME: '127.0.0.1' })]
      : []),
  ]
  const admin = async (...args) => {
    const { code, output } = await run(process.execPath, [`${api}/admin.js`, ...args], { env, quiet: true })
    if (code !== 0) throw new Error(output.trim())
    // What is said to people follows on standard error.
    return output.split('\n')[0].trim()
  }
  const token = await admin('key', 'create', '--scope', 'audit:read,log:read')
  const fetchPath = async (path) => {
    const reply = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } })
    if (!reply.ok) throw new Error(`${path}: ${reply.status} ${await reply.text()}`)
    return reply
  }
  return {
    fetch: fetchPath,
    json: async (path) => (await fetchPath(path)).json(),
    signIn: () => admin('sign-in'),
    origin: `http://watchbill.localhost:${port}`,
    stop: () => Promise.all(children.map(end)),
  }
}

const start = async (port, args, env) => {
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said = (said + text).slice(-4000)
  })
  for (let tries = 0; !(await accepts(port)); tries += 1) {
    if (child.exitCode !== null || tries === 1200) throw new Error(`${args.at(-1)} did not start: ${said}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return child
}

const end = (child) =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve()
    child.once('exit', resolve)
    child.kill('SIGTERM')
  })
