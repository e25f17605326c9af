import { build } from './build.mjs'
import { findChromium } from './chromium.mjs'
import { install } from './install.mjs'
import { bin, run, seconds } from './run.mjs'

const drills = process.argv.includes('--drills')
const env = drills ? { WATCHBILL_DRILLS: '1' } : {}
const started = performance.now()

/** Everything, in the order that fails fastest: shape, then units against real files, then a real browser. */
const stages = [
  ['check', () => run(process.execPath, ['scripts/check.mjs'])],
  ['build', () => build().then(() => ({ code: 0 }))],
  ['unit and integration', () => run(process.execPath, [bin('vitest/vitest.mjs'), 'run'], { env })],
  [
    'browser',
    async () => {
      const CHROME_PATH = await findChromium()
      return run(
        process.execPath,
        [bin('@playwright/test/cli.js'), 'test', '--config', 'e2e/playwright.config.ts'],
        {
          env: { ...env, CHROME_PATH },
        },
      )
    },
  ],
]

const main = async () => {
  await install()
  for (const [name, stage] of stages) {
    const since = performance.now()
    console.log(`\n== ${name}`)
    const { code } = await stage()
    if (code !== 0) throw new Error(`${name} failed after ${seconds(since)}.`)
    console.log(`== ${name}: ${seconds(since)}`)
  }
  console.log(`\nAll green in ${seconds(started)}.`)
}

await main().catch((error) => {
  console.error(`\n${error.message}`)
  process.exit(1)
})
