import { goalRow, median, ms, plainRow, round, share } from './rows.mjs'

const wanted = 100_000
/** Most time spent on reading rows in, ms: the figure says how far it came. */
const patienceMs = 120_000
const rounds = 3
const turnSeconds = 2
/** px/s: as one reads on, as one looks for a day, and as one is thrown through it. */
const speeds = [
  ['reading on', 1200],
  ['going through', 6000],
  ['thrown', 20_000],
]
const screen = { width: 1440, height: 900 }

/** The dashboard's own Audit page over the log, scrolled until so many rows are in it, and then through them at three speeds. */
export const scrolledTable = async ({ stage, browser: { browser }, say }) => {
  const context = await browser.newContext({ viewport: screen, locale: 'en-GB', timezoneId: 'UTC' })
  try {
    const blank = await context.newPage()
    const page = await openAudit(context, stage)
    const loaded = await loadRows(page, say)
    const bare = []
    const turns = new Map(speeds.map(([name]) => [name, []]))
    for (let round = 0; round < rounds; round += 1) {
      say(`scrolling through ${loaded.rows.toLocaleString('en')} rows, round ${round + 1} of ${rounds}`)
      await blank.bringToFront()
      bare.push(await blank.evaluate(scrollTurn, { seconds: turnSeconds, speed: 0, part: 0 }))
      await page.bringToFront()
      for (const [name, speed] of speeds)
        turns.get(name).push(await page.evaluate(scrollTurn, scrollOf(speed, round / rounds)))
    }
    await requireProven(page)
    const cpu = []
    for (const [, speed] of speeds) cpu.push(...(await tracedCpu(browser, page, scrollOf(speed, 0.5))))
    await page.setViewportSize({ ...screen, height: 1440 })
    const tall = await page.evaluate(scrollTurn, scrollOf(6000, 0.2, 1))
    const all = [...turns.values()].flat()
    const most = Math.max(tall.mostRows, ...all.map(({ mostRows }) => mostRows))
    return [
      loadedRow(loaded),
      ...speeds.map(([name, speed]) => fpsRow(name, speed, turns.get(name), bare)),
      cpuRow(cpu),
      goalRow(
        'table, rows in the document',
        most,
        '',
        ['<=', 60],
        `most at any frame, in a window 900 px high and in one of 1440 px`,
      ),
    ]
  } finally {
    await context.close()
  }
}

const scrollOf = (speed, part, seconds = turnSeconds) => ({ speed, part, seconds })

const openAudit = async (context, stage) => {
  const page = await context.newPage()
  await page.goto(await stage.signIn())
  await page.waitForURL((url) => url.pathname === '/')
  await page.goto(`${stage.origin}/audit`)
  await page.locator('[role=row][data-seq]').first().waitFor()
  return page
}

/** The list reads a page when its end comes near, so its end is shown until there are enough; low, so that little is drawn. */
const loadRows = async (page, say) => {
  await page.setViewportSize({ ...screen, height: 160 })
  const started = performance.now()
  let read = { rows: 0, all: false }
  for (let left = patienceMs; left > 0 && !read.all && read.rows < wanted; ) {
    read = await page.evaluate(readOn, { until: wanted, forMs: Math.min(10_000, left) })
    left = patienceMs - (performance.now() - started)
    say(`${read.rows.toLocaleString('en')} rows read`)
  }
  const seconds = (performance.now() - started) / 1000
  await requireProven(page)
  const heapBytes = await page.evaluate(() => performance.memory.usedJSHeapSize)
  await page.setViewportSize(screen)
  await page.waitForTimeout(1000)
  return { ...read, seconds, heapBytes }
}

/** Every row in view says that this browser proved it: one that does not is cheaper to draw. Throws after half a minute. */
const requireProven = (page) =>
  page.waitForFunction(
    () => {
      const drawn = [...document.querySelectorAll('[role=row][data-seq] [role=cell]:first-child')]
      return drawn.length > 0 && drawn.every(({ textContent }) => textContent.includes('✓'))
    },
    undefined,
    { timeout: 30_000 },
  )

/** Runs in the page. Rows of the list by then, and whether the last of them is the first of the log. */
const readOn = async ({ until, forMs }) => {
  const started = performance.now()
  const drawn = () =>
    [...document.querySelectorAll('[role=row][data-seq]')].map(({ dataset }) => Number(dataset.seq))
  // Before the first scroll the newest entry is among those that are drawn.
  globalThis.benchNewest ??= Math.max(...drawn())
  for (;;) {
    window.scrollTo(0, document.body.scrollHeight)
    await new Promise((resolve) => setTimeout(resolve, 10))
    const oldest = Math.min(...drawn())
    const rows = globalThis.benchNewest - oldest + 1
    if (rows >= until || oldest === 0 || performance.now() - started > forMs)
      return { rows, all: oldest === 0 }
  }
}

/**
 * Runs in the page. Scrolls from a part of the way on, frame by frame and by the clock, so that a slow frame makes the next
 * step longer. Intervals between frames and long tasks, ms.
 */
const scrollTurn = async ({ speed, part, seconds }) => {
  const room = document.body.scrollHeight - window.innerHeight - speed * seconds
  const from = Math.max(0, part * room)
  window.scrollTo(0, from)
  await new Promise((resolve) => setTimeout(resolve, 500))
  const long = []
  const observer = new PerformanceObserver((list) => {
    long.push(...list.getEntries().map(({ duration }) => duration))
  })
  observer.observe({ type: 'longtask' })
  const intervals = []
  let mostRows = 0
  await new Promise((resolve) => {
    let first = null
    let last = null
    const frame = (at) => {
      first ??= at
      if (last !== null) intervals.push(at - last)
      last = at
      mostRows = Math.max(mostRows, document.querySelectorAll('[role=row][data-seq]').length)
      if (at - first > seconds * 1000) return resolve()
      window.scrollTo(0, from + (speed * (at - first)) / 1000)
      requestAnimationFrame(frame)
    }
    requestAnimationFrame(frame)
  })
  await new Promise((resolve) => setTimeout(resolve, 100))
  observer.disconnect()
  return { intervals, long, mostRows }
}

/** Processor time of the main thread for each frame of one turn, ms: what a trace says, whoever else wants the processor. */
const tracedCpu = async (browser, page, turn) => {
  const categories = ['devtools.timeline', 'disabled-by-default-devtools.timeline']
  await browser.startTracing(page, { categories })
  await page.evaluate(scrollTurn, turn)
  const { traceEvents } = JSON.parse(await browser.stopTracing())
  const frames = traceEvents.filter(({ name }) => name === 'FireAnimationFrame')
  const [{ pid, tid }] = frames
  const starts = frames
    .filter((frame) => frame.tid === tid)
    .map(({ ts }) => ts)
    .sort((one, other) => one - other)
  const used = starts.slice(1).map(() => 0)
  for (const task of traceEvents) {
    if (task.name !== 'RunTask' || task.pid !== pid || task.tid !== tid || task.tdur === undefined) continue
    const frame = starts.findLastIndex((start) => start <= task.ts)
    if (frame >= 0 && frame < used.length) used[frame] += task.tdur / 1000
  }
  return used
}

const loadedRow = ({ rows, all, seconds, heapBytes }) =>
  goalRow(
    'table, rows in the list',
    rows,
    '',
    ['>=', all ? Math.min(rows, wanted) : wanted],
    `the dashboard's Audit page over the log, ${round(seconds)} s to read them a hundred at a time, those in view proven by it; heap ${Math.round(heapBytes / 1e6)} MB`,
  )

/** Frames a second that all but the slowest twentieth of frames keep to. */
const p5 = ({ intervals }) => 1000 / share(intervals, 0.95)

const fpsRow = (name, speed, turns, bare) => {
  const long = turns.flatMap((turn) => turn.long)
  const frames = turns.flatMap(({ intervals }) => intervals)
  const tasks =
    long.length === 0 ? 'no long task' : `${long.length} long tasks, up to ${ms(Math.max(...long))}`
  return goalRow(
    `table, ${name}: fps at the 5th percentile`,
    median(turns.map(p5)),
    'fps',
    ['>=', 58],
    `${speed} px/s, median of ${turns.map((turn) => round(p5(turn))).join(', ')}; ${frames.length} frames, median ${round(1000 / median(frames))} fps, longest ${ms(share(frames, 1))}; ${tasks}; a blank page of this browser between them: ${bare.map((turn) => round(p5(turn))).join(', ')}`,
  )
}

const cpuRow = (used) =>
  plainRow(
    'table, work of a frame p95',
    share(used, 0.95),
    'ms',
    `processor time of the main thread from frame to frame, traced at these speeds; p50 ${ms(median(used))}, most ${ms(share(used, 1))}; ${used.filter((one) => one > frameMs).length} of ${used.length} frames took more than the ${round(frameMs)} ms that 60 fps leave`,
  )

const frameMs = 1000 / 60
