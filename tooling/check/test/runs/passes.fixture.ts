import { describe, expect, it } from 'vitest'

it('adds', () => expect(1 + 1).toBe(2))

describe.skip('on a machine that nobody has', () => {
  it('is skipped', () => {})
})
