import { execFileSync, spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/** A Chromium to test with: CHROME_PATH, playwright's own, PATH, else Debian's package when root. Throws one clear line. */
export const findChromium = async () => {
  const given = process.env.CHROME_PATH
  if (given) {
    if (runnable(given)) return given
    throw new Error(
      `CHROME_PATH is ${given}, which is not a program that can be run. Unset it or point it at a Chromium.`,
    )
  }
  const { chromium } = await import('@playwright/test')
  const own = chromium.executablePath()
  if (existsSync(own)) return own
  return onPath() ?? installed() ?? fail()
}

const runnable = (path) => {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

const onPath = () =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find(runnable)

const installed = () => {
  if (process.getuid?.() !== 0 || spawnSync('apt-get', ['--version']).status !== 0) return undefined
  console.log("No Chromium found: installing Debian's …")
  execFileSync('apt-get', ['update', '-qq'], { stdio: 'inherit' })
  execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  })
  return onPath()
}

const fail = () => {
  throw new Error(
    'No Chromium for the browser tests: set CHROME_PATH, or install one (`apt-get install chromium`, `npx playwright install chromium`).',
  )
}
