/// <reference types="node" />
import { execFileSync, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { seeded } from '@unroll/testing'
import { isFull } from '@unroll/testing/full'
import { beforeAll, describe, expect, it } from 'vitest'
import type { StepCase, StepResult } from './cases.ts'
import { compareWithPyTorch } from './compare.ts'
import { describeEngines } from './engines.ts'

const python = process.env['PYTHON'] ?? 'python3'
const torch = spawnSync(python, ['-c', 'import torch']).status === 0
const oracle = fileURLToPath(new URL('../../../tooling/oracle', import.meta.url))

const random = seeded(Date.now())

function pick<T>(values: readonly T[]): T {
  const value = values[Math.floor(random() * values.length)]
  if (value === undefined) throw new Error('nothing to pick from')
  return value
}

const lr = (): number => pick([0, 1e-4, 1e-3, 0.01, 0.03])
const weight_decay = (): number => pick([0, 0, 0.001, 0.05])
const flag = (): boolean => random() < 0.5

/** Options at random. eps of centered RMSprop is large, because rounding shows where a variance is about 0. */
const draws: Readonly<Record<string, () => Record<string, unknown>>> = {
  SGD: () => {
    const momentum = pick([0, 0.5, 0.9])
    const nesterov = momentum > 0 && flag()
    const dampening = nesterov ? 0 : pick([0, 0.1])
    return { lr: lr(), momentum, nesterov, dampening, weight_decay: weight_decay(), maximize: flag() }
  },
  Adam: () => ({
    lr: lr(),
    betas: [pick([0, 0.4, 0.5, 0.6, 0.9]), pick([0.5, 0.99, 0.999])],
    eps: pick([1e-8, 1e-4]),
    weight_decay: weight_decay(),
    amsgrad: flag(),
    maximize: flag(),
    decoupled_weight_decay: flag(),
  }),
  AdamW: () => ({ lr: lr(), weight_decay: weight_decay(), amsgrad: flag(), maximize: flag() }),
  RMSprop: () => {
    const centered = flag()
    const eps = centered ? 0.1 : pick([1e-8, 1e-4])
    const momentum = pick([0, 0.5, 0.9])
    const alpha = pick([0.5, 0.9, 0.99])
    return { lr: lr(), alpha, eps, centered, momentum, weight_decay: weight_decay(), maximize: flag() }
  },
  Adagrad: () => ({
    lr: lr(),
    lr_decay: pick([0, 0.01]),
    initial_accumulator_value: pick([0, 0.1]),
    eps: pick([1e-10, 1e-4]),
    weight_decay: weight_decay(),
    maximize: flag(),
  }),
}

function randomCase(index: number): StepCase {
  const optimizer = pick(Object.keys(draws))
  const options = draws[optimizer]?.() ?? {}
  const dtype = pick(['float32', 'float64'])
  const size = (): number => 1 + Math.floor(random() * 40)
  const shapes = [[size(), size()], [size()]]
  const seed = Math.floor(random() * 2 ** 32)
  const name = `${index}: ${optimizer} ${JSON.stringify(options)} ${dtype} ${JSON.stringify(shapes)} seed ${seed}`
  return { name, optimizer, options, dtype, seed, shapes, steps: 200 }
}

describe.skipIf(!torch)('random options against PyTorch (skipped where python3 has no torch)', () => {
  const cases = Array.from({ length: isFull ? 100 : 12 }, (_, index) => randomCase(index))
  let results: readonly StepResult[] = []
  beforeAll(() => {
    const script = `${oracle}/optim_fixtures.py`
    const input = JSON.stringify(cases)
    results = JSON.parse(execFileSync(python, [script], { input, encoding: 'utf8', maxBuffer: 2 ** 28 }))
  })

  describeEngines((engine) => {
    it.each(cases.map((one, index) => ({ ...one, index })))('gives the same: $name', ({ index, ...one }) => {
      const want = results[index]
      expect(want).toBeDefined()
      if (want) compareWithPyTorch(engine, one, want)
    })
  })
})
