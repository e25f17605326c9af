import { spawn } from 'node:child_process'
import { connect, createServer } from 'node:net'
import { root } from './run.mjs'

/**
 * Keeps child processes alive and ends them together: a child that dies is started again after a growing pause;
 * one that dies five times within a minute takes everything down, with its name.
 */
export const createSupervisor = () => {
  const children = new Map()
  let stopping = false

  const start = (name, command, args, env, cwd = root) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    const deaths = children.get(name)?.deaths ?? []
    children.set(name, { child, deaths })
    child.on('exit', (code, signal) => {
      if (stopping) return
      // 0 is "asked to end": a person stopped the daemon, or deleted the demo.
      if (code === 0 && !children.get(name)?.renewing) return
      if (children.get(name)?.renewing) return start(name, command, args, env, cwd)
      const recent = [...deaths.filter((at) => at > Date.now() - 60_000), Date.now()]
      children.set(name, { child, deaths: recent })
      console.error(
        `${name} ended (${signal ?? `code ${code}`})${recent.length < 5 ? '; starting it again' : ''}`,
      )
      // 2 is "started wrongly": the same start would end the same way.
      if (code === 2 || recent.length >= 5) return stop(1)
      setTimeout(() => stopping || start(name, command, args, env, cwd), 200 * 2 ** recent.length)
    })
    return child
  }

  /** Ends a child on purpose and starts it afresh; not counted as a death. */
  const renew = (name) => {
    const entry = children.get(name)
    if (!entry) return
    children.set(name, { ...entry, renewing: true })
    entry.child.kill('SIGTERM')
  }

  const stop = (code) => {
    if (stopping) return
    stopping = true
    const alive = [...children.values()]
      .map(({ child }) => child)
      .filter((child) => child.exitCode === null && child.signalCode === null)
    Promise.all(alive.map((child) => new Promise((done) => child.once('exit', done)))).then(() =>
      process.exit(code),
    )
    for (const child of alive) child.kill('SIGTERM')
    // A child that does not end by itself is made to.
    setTimeout(() => alive.forEach((child) => void child.kill('SIGKILL')), 8000).unref()
  }
  process.on('SIGINT', () => stop(0))
  process.on('SIGTERM', () => stop(0))
  return { start, renew, stop, stopping: () => stopping }
}

/** A loopback port nobody listens on now. */
export const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })

/** Resolves when something accepts connections on the loopback port; rejects when the supervisor gives up or after 60 s. */
export const untilListening = async (port, supervisor) => {
  for (let tries = 0; tries < 1200; tries += 1) {
    if (supervisor.stopping()) throw new Error('A part of Watchbill could not start; its message is above.')
    if (await accepts(port)) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`Nothing listens on port ${port} after 60 s; the messages above say why.`)
}

/** Whether something listens on the loopback port. */
export const accepts = (port) =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
