import { createWasmEngine, type WasmVariant } from '@unroll/kernels'
import { expect, it, vi } from 'vitest'
import { type LoopCounts, vectorLoops } from './wasmLoops.ts'

/** The binary an engine really starts, whichever way it is shipped. */
function binaryOf(variant: WasmVariant): Uint8Array {
  const binaries: Uint8Array[] = []
  const { Module } = WebAssembly
  class Recorder extends Module {
    constructor(bytes: BufferSource) {
      super(bytes)
      binaries.push(
        ArrayBuffer.isView(bytes)
          ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
          : new Uint8Array(bytes),
      )
    }
  }
  vi.stubGlobal('WebAssembly', Object.create(WebAssembly, { Module: { value: Recorder } }))
  try {
    const a = Float32Array.of(1)
    createWasmEngine(variant).matmul({ a, b: a, m: 1, k: 1, n: 1 })
  } finally {
    vi.unstubAllGlobals()
  }
  // Before it comes a tiny one, which tells whether compiling is allowed.
  const binary = binaries.at(-1)
  if (binary === undefined) throw new Error('binaryOf: expected the engine to compile a module')
  return binary
}

/** A line for each loop that differs from the others, with how many there are of it. */
function lines(loops: readonly LoopCounts[]): string[] {
  const texts = loops.map((counts) =>
    Object.entries(counts)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, count]) => `${count} ${name}`)
      .join(', '),
  )
  return [...new Set(texts)]
    .sort()
    .map((text) => `${texts.filter((other) => other === text).length} x ${text}`)
}

// The innermost loop decides what a kernel costs. A changed number means that a kernel was unrolled, split or scalarised.
// If that is intended: `vitest run -u apps/bench/test/kernelLoops.test.ts`, and show before and after of `pnpm bench`.
it.each(['relaxed-simd', 'simd'] as const)(
  'the innermost loops of the %s build hold these instructions',
  (variant) => {
    expect(lines(vectorLoops(binaryOf(variant)))).toMatchSnapshot()
  },
)
