import { describe, expect, test } from 'vitest'

test('adds', () => expect(1 + 1).toBe(2))

describe.skip('on a machine that nobody has', () => {
  test('is skipped', () => {})
})
