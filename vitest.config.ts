import { defineConfig } from 'vitest/config'

// Tests run from the sources of every package, whatever has been built.
const conditions = ['parley-source']
const resolve = { conditions }
const ssr = { resolve: { conditions, externalConditions: conditions } }

export default defineConfig({
  test: {
    projects: [
      {
        resolve,
        ssr,
        test: {
          name: 'unit',
          include: ['{packages/*,apps/*,test/*,bench}/src/**/*.test.ts'],
          exclude: ['**/*.browser.test.ts', 'test/e2e/**'],
          // No test is about time: this only ends one that hangs, on a machine however busy.
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        // What drives a Chromium runs one file after the other, with time for a slow machine.
        resolve,
        ssr,
        test: {
          name: 'browser',
          include: ['{packages,apps}/*/src/**/*.browser.test.ts', 'test/e2e/src/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
})
