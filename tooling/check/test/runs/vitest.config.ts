import { defineConfig } from 'vitest/config'

/** Runs the fixtures beside it, which are no tests of ours. */
export default defineConfig({
  test: { name: 'fixtures', include: ['*.fixture.ts'] },
})
