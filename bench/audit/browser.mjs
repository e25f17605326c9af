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
 * A page of its own with nothing on it but the verifier in a worker, and the dashboard's check of an export with its own.
 * `files`: path -> function that returns a readable stream; the worker fetches them over loopback.
 */
export const openVerifier = async ({ browser }, files = {}) => {
  const scripts = await bundleScripts()
  const server = createServer((request, response) => {
    const made = files[request.url]
    // Isolated, so that the clock is not coarsened.
    response.setHeader('cross-origin-opener-policy', 'same-origin')
    response.setHeader('cross-origin-embedder-policy', 'require-corp')
    if (made !== undefined) return void pipeline(made(), response).catch(() => response.destroy())
    const script = scripts.get(request.url)
    response.setHeader('content-type', script === undefined ? 'text/html' : 'text/javascript')
    response.end(script ?? blank)
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(`http://127.0.0.1:${server.address().port}/`)
  await page.evaluate(prepare)
  const heaps = await heapsOf(page)
  return {
    page,
    /** Of all workers, bytes in use. */
    heapBytes: heaps,
    /** The worker's answer, and how long the page waited for it (ms). */
    ask: (kind, question) => page.evaluate(([one, other]) => globalThis.ask(one, other), [kind, question]),
    /** Chooses a file as a person does, and checks it: the dashboard's answer, and what it told on the way. */
    check: async (path, pinned) => {
      await page.setInputFiles('input', path)
      return page.evaluate((keys) => globalThis.checkChosen(keys), pinned)
    },
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
const heapsOf = async (page) => {
  const session = await page.context().newCDPSession(page)
  const workers = new Set()
  let count = 0
  const waiting = new Map()
  const answer = (id, bytes) => {
    waiting.get(id)?.resolve(bytes)
    waiting.delete(id)
  }
  session.on('Target.attachedToTarget', ({ sessionId }) => workers.add(sessionId))
  session.on('Target.detachedFromTarget', ({ sessionId }) => {
    workers.delete(sessionId)
    // It ended before it could say.
    for (const [id, asked] of waiting) if (asked.sessionId === sessionId) answer(id, 0)
  })
  session.on('Target.receivedMessageFromTarget', ({ message }) => {
    const { id, result } = JSON.parse(message)
    answer(id, result?.usedSize ?? 0)
  })
  await session.send('Target.setAutoAttach', {
    autoAttach: true,
    waitForDebuggerOnStart: false,
    flatten: false,
  })
  const heapOf = (sessionId) =>
    new Promise((resolve) => {
      count += 1
      const id = count
      waiting.set(id, { sessionId, resolve })
      const message = JSON.stringify({ id, method: 'Runtime.getHeapUsage' })
      session.send('Target.sendMessageToTarget', { sessionId, message }).catch(() => answer(id, 0))
    })
  return async () => (await Promise.all([...workers].map(heapOf))).reduce((sum, bytes) => sum + bytes, 0)
}

const blank = `<!doctype html><title>bench</title><input type="file">
<script type="module">import { checkExport } from '/export-check.js'; globalThis.checkExport = checkExport</script>`
const evidence = new URL('../../apps/web/src/lib/evidence/', import.meta.url)

/** Path -> script. The dashboard's workers keep the names by which its page asks for them, relative to its own address. */
const bundleScripts = async () => {
  const bundled = async (path, url) => [path, await bundle(url)]
  return new Map(
    await Promise.all([
      bundled('/worker.js', new URL('./verify-worker.mjs', import.meta.url)),
      bundled('/export-check.js', new URL('export-check.ts', evidence)),
      bundled('/export-worker.ts', new URL('export-worker.ts', evidence)),
      bundled('/judge-worker.ts', new URL('judge-worker.ts', evidence)),
    ]),
  )
}

const bundle = async (url) => {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(url)],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    minify: true,
    logLevel: 'warning',
  })
  return outputFiles[0].text
}

/** Runs in the page. Throws where long tasks are not told: none seen would mean nothing. */
const prepare = async () => {
  const worker = new Worker('/worker.js', { type: 'module' })
  const waiting = new Map()
  let count = 0
  worker.onmessage = ({ data }) => {
    const asked = waiting.get(data.id)
    waiting.delete(data.id)
    if ('failed' in data) asked.reject(new Error(data.failed))
    else asked.resolve({ answer: data.answer, waitedMs: performance.now() - asked.at })
  }
  globalThis.ask = (kind, question) =>
    new Promise((resolve, reject) => {
      count += 1
      waiting.set(count, { resolve, reject, at: performance.now() })
      worker.postMessage({ id: count, kind, question })
    })
  const told = []
  globalThis.progress = () => told.at(-1) ?? null
  globalThis.checkChosen = async (pinned) => {
    const [file] = document.querySelector('input').files
    const started = performance.now()
    const { signal } = new AbortController()
    const { verdict } = await globalThis.checkExport({ file, pinned }, signal, (progress) =>
      told.push(progress),
    )
    return { answer: { verdict, ms: performance.now() - started }, told }
  }
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
