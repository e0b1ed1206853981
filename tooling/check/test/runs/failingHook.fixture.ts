import { beforeAll, describe, it } from 'vitest'

describe('on a slow machine', () => {
  beforeAll(() => new Promise(() => {}), 10)
  it('waits', () => {})
  it('waits, too', () => {})
})

describe('beside it', () => {
  it('passes', () => {})
})
