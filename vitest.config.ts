import { defineConfig } from 'vitest/config'

// WATCHBILL_DRILLS=1 runs the long counts; `npm test` runs a seeded tenth of them (see CONTRIBUTING.md).
export default defineConfig({
  test: {
    include: ['packages/*/src/**/*.test.ts', 'apps/*/src/**/*.test.ts', 'scripts/**/*.test.ts'],
    // Far above what anything takes: a busy machine may be ten times slower, and a hang is a hang in five minutes too.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // Two cores: more forks only fight each other.
    maxWorkers: 2,
  },
})
