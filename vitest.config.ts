import { defineConfig } from 'vitest/config'

// Tests run from the sources of every package, whatever has been built.
const conditions = ['parley-source']

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ['packages/*/src/**/*.test.ts'],
  },
})
