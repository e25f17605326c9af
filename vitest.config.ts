import { defineConfig } from 'vitest/config'

// WATCHBILL_DRILLS=1 runs the long counts; `npm test` runs a seeded tenth of them (see CONTRIBUTING.md).
export default defineConfig({
  test: {
    include: ['packages/*/src/**/*.test.ts', 'apps/*/src/**/*.test.ts', 'scripts/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Two cores: more forks only fight each other.
    maxWorkers: 2,
  },
})
