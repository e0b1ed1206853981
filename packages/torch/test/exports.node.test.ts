import * as cells from '@unroll/cells'
import * as data from '@unroll/data'
import * as kernels from '@unroll/kernels'
import * as nn from '@unroll/nn'
import * as optim from '@unroll/optim'
import * as sequence from '@unroll/sequence'
import * as tensor from '@unroll/tensor'
import * as torch from '@unroll/torch'
import * as weights from '@unroll/weights'
import { describe, expect, it } from 'vitest'

const packages: Record<string, object> = { kernels, tensor, nn, cells, sequence, optim, weights, data }

describe('@unroll/torch', () => {
  it.each(Object.keys(packages))('exports everything @unroll/%s does, the very values', (name) => {
    const values = Object.entries(packages[name] ?? {})
    expect(values.length).toBeGreaterThan(0)
    for (const [key, value] of values) expect(Reflect.get(torch, key), key).toBe(value)
  })

  // A name that two packages export would be missing: `export *` leaves it out.
  it('exports nothing else', () => {
    const names = Object.values(packages).flatMap((each) => Object.keys(each))
    expect(new Set(names).size).toBe(names.length)
    expect(Object.keys(torch).sort()).toEqual(names.sort())
  })

  it('keeps what only engines and layers need behind subpaths', () => {
    const hidden = [
      'layerInputSize',
      'sizesOf',
      'gateCount',
      'checkWeights',
      'ResidentWeights',
      'packedLinear',
    ]
    for (const name of hidden) expect(torch).not.toHaveProperty(name)
  })
})
