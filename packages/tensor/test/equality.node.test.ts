import { expect, it } from 'vitest'
import { runPlain } from './plainNode.ts'

it("node:assert, node:test and Jest's expect find equal tensors equal, and others not", async () => {
  const report = await runPlain('equality.mjs', '--test', '--test-reporter=tap')
  expect(report).toContain('# fail 0')
  expect(report).toContain('# pass 73')
})
