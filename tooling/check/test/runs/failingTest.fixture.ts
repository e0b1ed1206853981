import { describe, expect, it } from 'vitest'

describe('sums', () => {
  it('right', () => expect(1 + 1).toBe(2))
  it('wrong', () => expect(1 + 1).toBe(3))
})
