import { defineConfig } from 'vitest/config'

/** Runs the fixtures beside it. They are not tests of this workspace. */
export default defineConfig({
  test: { name: 'fixtures', include: ['*.fixture.ts'] },
})
