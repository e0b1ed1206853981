import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { buildOf } from '../src/wasm/binary.ts'
import { sharedFlags } from '../src/wasm/generated/builds.ts'

it.each(['simd', 'relaxed-simd'] as const)('the embedded text is the very file: %s', (variant) => {
  const file = readFileSync(new URL(`../src/wasm/generated/${variant}.wasm`, import.meta.url))
  const build = buildOf(variant)
  build[sharedFlags[variant]] = 1
  expect(WebAssembly.validate(build)).toBe(true)
  // Behind it, the file has a section with its name.
  expect(file.subarray(0, build.length).equals(build)).toBe(true)
})
