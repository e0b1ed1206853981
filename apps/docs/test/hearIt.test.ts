/// <reference types="node" />
import { readFileSync } from 'node:fs'
import { loadWeights } from '@unroll/weights'
import { expect, it } from 'vitest'
import { loadAmp } from '../src/explore/hearIt/amp.ts'
import { pluckedLoop } from '../src/explore/hearIt/loop.ts'

const file = (path: string): Uint8Array => new Uint8Array(readFileSync(new URL(path, import.meta.url)))

it('gives what PyTorch gives, sample by sample', async () => {
  const amp = await loadAmp(file('../src/explore/hearIt/amp.safetensors'))
  const sound = await loadWeights(file('fixtures/hearIt.safetensors'))
  const output = Float32Array.from(sound.get('input')?.toArray() as number[], (sample) => amp.step(sample))
  const expected = sound.get('output')
  if (!expected) throw new Error('expected an output')
  expect(output).toBeAllclose(expected)
  expect(amp.hidden.length).toBe(amp.units)
})

it('is silent when nothing comes in', async () => {
  const amp = await loadAmp(file('../src/explore/hearIt/amp.safetensors'))
  let last = 0
  for (let i = 0; i < 48_000; i++) last = amp.step(0)
  expect(Math.abs(last)).toBeLessThan(0.01)
})

it('has a loop that is the same every time, and not too loud', () => {
  const loop = pluckedLoop()
  expect(loop).toEqual(pluckedLoop())
  expect(loop.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0)).toBeCloseTo(0.6)
})
