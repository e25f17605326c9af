#!/usr/bin/env node
import { existsSync } from 'node:fs'

const bundle = new URL('../dist/watchbill.js', import.meta.url)
if (existsSync(bundle)) {
  await import(bundle.href)
} else {
  console.error('watchbill: not built yet: dist/watchbill.js is missing.')
  console.error('Mend: run `npm run build` (or `npm start`) in the root of the checkout, then try again.')
  process.exitCode = 1
}
