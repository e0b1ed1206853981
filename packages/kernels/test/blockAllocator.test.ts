import { seeded } from '@unroll/testing'
import { describe, expect, it } from 'vitest'
import { BlockAllocator } from '../src/wasm/blockAllocator.ts'

const pages = (end: number): number => Math.ceil(end / 65536)

describe('the allocator of wasm memory', () => {
  it('hands out blocks that do not overlap, and uses again what comes back', () => {
    const random = seeded(1)
    let end = 0
    const allocator = new BlockAllocator(64, (to) => {
      end = Math.max(end, to)
      return true
    })
    const blocks = new Map<number, number>()
    for (let i = 0; i < 20_000; i++) {
      if (random() < 0.5 || blocks.size === 0) {
        const bytes = 64 * (1 + Math.floor(random() ** 4 * 1000))
        const address = allocator.allocate(bytes)
        if (address === null) throw new Error('no memory')
        expect(address % 64).toBe(0)
        blocks.set(address, bytes)
      } else {
        const all = [...blocks.keys()]
        const address = all[Math.floor(random() * all.length)] ?? 0
        allocator.release(address)
        blocks.delete(address)
      }
      if (i % 1000 > 0) continue
      const sorted = [...blocks].sort(([a], [b]) => a - b)
      for (const [index, [address]] of sorted.entries()) {
        const [before = 0, bytes = 64] = sorted[index - 1] ?? []
        expect(address).toBeGreaterThanOrEqual(before + bytes)
      }
      expect(allocator.allocatedBytes).toBe(sorted.reduce((sum, [, bytes]) => sum + bytes, 0))
    }
    for (const address of blocks.keys()) allocator.release(address)
    expect(allocator.allocatedBytes).toBe(0)
    // All gaps have been joined into one.
    expect(allocator.allocate(end - 64)).toBe(64)
  })

  it('is left as it was where memory cannot grow', () => {
    const allocator = new BlockAllocator(64, (end) => pages(end) <= 2)
    const first = allocator.allocate(65536)
    expect(allocator.allocate(2 ** 33)).toBe(null)
    expect(allocator.allocate(65536)).toBe(null)
    expect(allocator.allocatedBytes).toBe(65536)
    expect(allocator.allocate(128)).toBe(65536 + 64)
    allocator.release(first ?? 0)
    expect(allocator.allocate(64)).toBe(64)
  })

  it('refuses to release what it did not give, and what it gave twice', () => {
    const allocator = new BlockAllocator(64, () => true)
    const address = allocator.allocate(128) ?? 0
    expect(() => allocator.release(address + 64)).toThrow('nothing is allocated at 128')
    allocator.release(address)
    expect(() => allocator.release(address)).toThrow(RangeError)
  })

  it('never gives an abandoned block again', () => {
    const allocator = new BlockAllocator(64, () => true)
    const address = allocator.allocate(128) ?? 0
    allocator.abandon(address)
    expect(allocator.allocatedBytes).toBe(0)
    expect(allocator.allocate(64)).toBe(192)
    expect(() => allocator.release(address)).toThrow(RangeError)
  })
})
