import { defaultEngine, getNumThreads } from '@unroll/kernels'
import { afterAll, expect } from 'vitest'

// Files of tests share a process or a page (vitest.config.ts): what one leaves behind, the next would meet.
const engine = defaultEngine()

afterAll(() => {
  expect(defaultEngine(), 'the default engine, after the tests of this file').toBe(engine)
  expect(getNumThreads(), 'threads; name files of tests that start some *.alone.test.ts').toBe(1)
})
