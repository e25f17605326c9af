import { join } from 'node:path'
import type { NextConfig } from 'next'
import { bundleZod } from './browser-zod.ts'

const root = join(import.meta.dirname, '../..')

/** No rewrites: the API shares the origin through the front (DESIGN "One origin"); a Next rewrite would buffer its streams. */
const config: NextConfig = {
  output: 'standalone',
  outputFileTracingRoot: root,
  turbopack: { root, resolveAlias: { 'zod/mini': { browser: bundleZod(import.meta.dirname) } } },
  transpilePackages: ['@watchbill/contract', '@watchbill/ledger'],
  poweredByHeader: false,
  reactStrictMode: true,
  devIndicators: false,
  allowedDevOrigins: ['watchbill.localhost'],
}

export default config
