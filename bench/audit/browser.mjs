import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { findChromium } from '../../scripts/chromium.mjs'

/** The Chromium of the browser tests, headless. */
export const openBrowser = async () => {
  const { chromium } = await import('@playwright/test')
  const browser = await chromium.launch({
    executablePath: await findChromium(),
    args: ['--disable-background-networking', '--disable-component-update', '--no-first-run'],
  })
  const system = await browser.newBrowserCDPSession()
  const renderers = async () =>
    (await system.send('SystemInfo.getProcessInfo')).processInfo.filter(({ type }) => type === 'renderer')
  return {
    browser,
    /** Processor time that pages and their workers used so far, s. */
    cpuSeconds: async () => (await renderers()).reduce((sum, { cpuTime }) => sum + cpuTime, 0),
    /** Memory of the largest page and its workers, bytes (proc(5)). */
    rssBytes: async () => Math.max(...(await renderers()).map(({ id }) => rssOf(id))),
    close: () => browser.close(),
  }
}

const rssOf = (pid) => {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024
  } catch {
    return 0
  }
}

/**
 * A page of its own with nothing on it but the verifier in a worker. `files`: path -> function that returns a readable stream;
 * the worker fetches them over loopback.
 */
export const openVerifier = async ({ browser }, files = {}) => {
  const script = await bundleWorker()
  const server = createServer((request, response) => {
    const made = files[request.url]
    // Isolated, so that the clock is not coarsened.
    response.setHeader('cross-origin-opener-policy', 'same-origin')
    response.setHeader('cross-origin-embedder-policy', 'require-corp')
    if (made !== undefined) return void pipeline(made(), response).catch(() => response.destroy())
    response.setHeader('content-type', request.url === '/worker.js' ? 'text/javascript' : 'text/html')
    response.end(
      request.url === '/worker.js' ? script : '<!doctype html><title>bench</title><input type="file">',
    )
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(`http://127.0.0.1:${server.address().port}/`)
  await page.evaluate(prepare)
  return {
    page,
    /** Of the worker, bytes in use. */
    heapBytes: await heapOf(page),
    /** The worker's answer, how long the page waited for it (ms), and what it was told on the way. */
    ask: (kind, question) => page.evaluate(([one, other]) => globalThis.ask(one, other), [kind, question]),
    /** Chooses a file as a person does; the next question about it has it. */
    choose: (path) => page.setInputFiles('input', path),
    /** What kept the main thread longer than 50 ms since it was last asked, ms each. */
    longTasks: () => page.evaluate(() => globalThis.takeLongTasks()),
    async close() {
      await context.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** A worker has no `performance.memory`; its inspector knows. */
const heapOf = async (page) => {
  const session = await page.context().newCDPSession(page)
  const attached = new Promise((resolve) => session.once('Target.attachedToTarget', resolve))
  await session.send('Target.setAutoAttach', {
    autoAttach: true,
    waitForDebuggerOnStart: false,
    flatten: false,
  })
  const { sessionId } = await attached
  let count = 0
  const waiting = new Map()
  session.on('Target.receivedMessageFromTarget', ({ message }) => {
    const { id, result } = JSON.parse(message)
    waiting.get(id)?.(result.usedSize)
    waiting.delete(id)
  })
  return async () => {
    count += 1
    const answered = new Promise((resolve) => waiting.set(count, resolve))
    const message = JSON.stringify({ id: count, method: 'Runtime.getHeapUsage' })
    await session.send('Target.sendMessageToTarget', { sessionId, message })
    return answered
  }
}

const bundleWorker = async () => {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('./verify-worker.mjs', import.meta.url))],
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    minify: true,
    logLevel: 'warning',
  })
  return outputFiles[0].text
}

/** Runs in the page. Throws where long tasks are not told: none seen would mean nothing. */
const prepare = async () => {
  const worker = new Worker('/worker.js')
  const waiting = new Map()
  let count = 0
  worker.onmessage = ({ data }) => {
    const asked = waiting.get(data.id)
    if ('progress' in data) return void asked.told.push(data.progress)
    waiting.delete(data.id)
    if ('failed' in data) asked.reject(new Error(data.failed))
    else asked.resolve({ answer: data.answer, waitedMs: performance.now() - asked.at, told: asked.told })
  }
  globalThis.progress = () => [...waiting.values()].at(-1)?.told.at(-1) ?? null
  globalThis.ask = (kind, question) =>
    new Promise((resolve, reject) => {
      count += 1
      waiting.set(count, { resolve, reject, at: performance.now(), told: [] })
      const [file] = document.querySelector('input').files
      worker.postMessage({ id: count, kind, question: { ...question, file } })
    })
  let long = []
  const observer = new PerformanceObserver((list) => {
    long.push(...list.getEntries().map(({ duration }) => duration))
  })
  observer.observe({ type: 'longtask' })
  globalThis.takeLongTasks = async () => {
    // They are told after the task that follows them.
    await new Promise((resolve) => setTimeout(resolve, 100))
    const taken = long
    long = []
    return taken
  }
  await new Promise((resolve) =>
    setTimeout(() => {
      for (const started = performance.now(); performance.now() - started < 80; );
      resolve()
    }),
  )
  if ((await globalThis.takeLongTasks()).length === 0) throw new Error('this browser tells of no long task')
}
