import { beforeAll, describe, test } from 'vitest'

describe('on a slow machine', () => {
  beforeAll(() => new Promise(() => {}), 10)
  test('waits', () => {})
  test('waits, too', () => {})
})

describe('beside it', () => {
  test('passes', () => {})
})
