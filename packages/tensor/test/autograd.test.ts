// Programs of autograd, each with PyTorch's outcome; and what only JavaScript has.

import fixtures from '@unroll/oracle/fixtures/autograd_programs.json'
import { describe, expect, it } from 'vitest'
import {
  defineOperation,
  enableGrad,
  grad,
  noGrad,
  ones,
  RuntimeError,
  type Tensor,
  tensor,
  zeros,
} from '../src/index.ts'
import { record, recordOnDevice } from '../src/layers/index.ts'
import { backward, backwardWords } from './programs/backward.ts'
import { derivatives, derivativesWords } from './programs/derivatives.ts'
import { hooks, hooksWords } from './programs/hooks.ts'
import { inPlace, inPlaceWords } from './programs/inPlace.ts'
import { inputs, inputsWords } from './programs/inputs.ts'
import { ownOperations, ownOperationsWords } from './programs/ownOperations.ts'
import { gradOf, leaf, type Programs, type Words } from './programs/program.ts'

interface Case {
  readonly name: string
  readonly result?: unknown
  readonly error?: string
}

const cases: readonly Case[] = fixtures.cases
const programs: Programs = { ...hooks, ...inPlace, ...derivatives, ...backward, ...inputs, ...ownOperations }
const words: Words = {
  ...hooksWords,
  ...inPlaceWords,
  ...derivativesWords,
  ...backwardWords,
  ...inputsWords,
  ...ownOperationsWords,
}

describe('a program ends as in PyTorch', () => {
  it.each(cases)('$name', ({ name, result, error }) => {
    const run = programs[name]
    if (run === undefined) throw new Error('this program is missing here')
    if (error === undefined) {
      const got = run()
      // PyTorch's None, for what returns nothing.
      expectNear(got, result ?? null, 'result')
      return
    }
    expect(error).toBe('RuntimeError')
    expect(run).toThrow(RuntimeError)
    expect(run).toThrow(words[name] ?? /no words/)
  })

  it('and no program is without one', () => {
    const names = new Set(cases.map(({ name }) => name))
    expect(Object.keys(programs).filter((name) => !names.has(name))).toEqual([])
    expect(
      Object.keys(words).filter((name) => !cases.some((each) => each.name === name && each.error)),
    ).toEqual([])
  })
})

describe('a tensor that a library has frozen', () => {
  const frozen = (t: Tensor): Tensor => {
    Object.freeze(t)
    return t
  }

  it('is a leaf for grad()', () => {
    const x = frozen(leaf(1, 2))
    expect(grad([x.mul(x).sum()], [x])[0]?.toArray()).toEqual([2, 4])
  })

  it('has hooks', () => {
    const x = frozen(leaf(1, 2))
    x.registerHook((g) => g.mul(10))
    expect(grad([x.sum()], [x])[0]?.toArray()).toEqual([10, 10])
  })

  it('cannot be given a grad by backward, which says so', () => {
    const x = frozen(leaf(1, 2))
    expect(() => x.sum().backward()).toThrow(/backward: a frozen tensor .*use grad\(\)/)
  })

  it('takes in no history, itself or through a view, but numbers in noGrad', () => {
    const buffer = frozen(zeros([2]))
    expect(() => buffer.copy_(leaf(1, 2))).toThrow(/copy_: a frozen tensor .*noGrad/)
    expect(() => buffer.at(0).add_(leaf(1).sum())).toThrow(/add_: a frozen tensor .*noGrad/)
    expect(buffer.toArray()).toEqual([0, 0])
    noGrad(() => buffer.copy_(leaf(1, 2)))
    expect(buffer.toArray()).toEqual([1, 2])
  })
})

describe('set_', () => {
  it('is for leaves only', () => {
    expect(() =>
      leaf(1)
        .mul(2)
        .set_(ones([1])),
    ).toThrow(/set_: a result of MulBackward0 .*detach\(\)/)
  })

  it('makes a way back that needs the memory from before impossible', () => {
    const x = leaf(1, 2)
    const y = x.mul(x).sum()
    noGrad(() => x.set_(ones([2])))
    expect(() => y.backward()).toThrow(/MulBackward0 needs/)
  })

  it('makes a view an ordinary tensor', () => {
    const base = zeros([2])
    const view = base.at(0).set_(ones([2]))
    view.copy_(leaf(3, 4))
    expect([view.requiresGrad, base.requiresGrad, base.toArray()]).toEqual([true, false, [0, 0]])
  })
})

describe("an operation of one's own", () => {
  it('must return an array', () => {
    const alone = defineOperation('Alone', (_, x: Tensor) => ({
      result: x.mul(2),
      backward: () => JSON.parse('2'),
    }))
    expect(() => alone(leaf(1)).sum().backward()).toThrow(/Alone: expected backward to return an array/)
  })

  it('records nothing inside, and runs backward as a way back does', () => {
    const seen: boolean[] = []
    const look = defineOperation('Look', (_, x: Tensor) => {
      seen.push(x.mul(2).requiresGrad)
      return {
        result: x.mul(2),
        backward: (g) => {
          seen.push(enableGrad(() => g.mul(leaf(1))).requiresGrad, g.mul(leaf(1)).requiresGrad)
          return [g]
        },
      }
    })
    look(leaf(1)).sum().backward()
    expect(seen).toEqual([false, true, false])
  })
})

describe('what a device computed', () => {
  /** Doubles, on a device that may fail. */
  const doubled = (x: Tensor, act: () => void = () => {}): Tensor => {
    const result = noGrad(() => x.mul(2))
    recordOnDevice('DoubleBackward', [x], [result], 'far', async ([g]) => {
      await Promise.resolve()
      act()
      return [g?.mul(2)]
    })
    return result
  }

  it('is gone back through by backwardAsync', async () => {
    const x = leaf(1, 2)
    await doubled(x.mul(3)).sum().backwardAsync()
    expect(gradOf(x)).toEqual([6, 6])
  })

  it('is refused by backward and grad() before anything is computed', () => {
    const x = leaf(1, 2)
    const y = doubled(x.mul(3)).mul(x).sum()
    expect(() => y.backward()).toThrow(/DoubleBackward ran on engine far.*await backwardAsync/)
    expect(() => grad([y], [x])).toThrow(/DoubleBackward ran on engine far/)
    expect(x.grad).toBeNull()
  })

  it('may fail, and the next way back is whole', async () => {
    const x = leaf(1, 2)
    const failures = [new Error('the device is lost')]
    const y = doubled(x, () => {
      const failure = failures.pop()
      if (failure) throw failure
    }).sum()
    await expect(y.backwardAsync(null, { inputs: [x] })).rejects.toThrow('the device is lost')
    expect(x.grad).toBeNull()
    await y.backwardAsync()
    expect(gradOf(x)).toEqual([2, 2])
  })
})

it('backwardAsync is backward, for what the host computed', async () => {
  const x = leaf(1, 2)
  await x.mul(x).sum().backwardAsync()
  expect(gradOf(x)).toEqual([2, 4])
  await expect(x.mul(2).backwardAsync()).rejects.toThrow(/backward: expected a tensor of one element/)
})

/** Numbers within 1e-6, everything else the same. */
function expectNear(got: unknown, want: unknown, where: string): void {
  if (Array.isArray(want)) {
    if (!Array.isArray(got)) throw new Error(`${where}: expected an array, got ${JSON.stringify(got)}`)
    expect(got, where).toHaveLength(want.length)
    for (const [k, item] of want.entries()) expectNear(got[k], item, `${where}[${k}]`)
  } else if (typeof want === 'number' && Number.isFinite(got)) {
    expect(Math.abs(Number(got) - want), `${where}: got ${got}, want ${want}`).toBeLessThanOrEqual(
      1e-6 * Math.abs(want) + 1e-12,
    )
  } else {
    expect(got, where).toBe(typeof got === 'number' ? specials.get(want) : want)
  }
}

const specials: ReadonlyMap<unknown, number> = new Map([
  ['nan', Number.NaN],
  ['inf', Number.POSITIVE_INFINITY],
  ['-inf', Number.NEGATIVE_INFINITY],
])

describe('the gradient of relu', () => {
  it('goes back to zeros, as in PyTorch', () => {
    const x = tensor([1, -1, 0, Number.NaN], { requiresGrad: true })
    const [slope] = grad([x.relu().sum()], [x], { createGraph: true })
    expect(slope?.gradFn?.name).toBe('ThresholdBackwardBackward0')
    expect(slope?.toArray()).toEqual([1, 0, 0, 1])
    slope?.sum().backward()
    expect(x.grad?.toArray()).toEqual([0, 0, 0, 0])
  })
})

it('a rule that gathers is given every gradient that arrives, of any shape, once the last has arrived', () => {
  const weight = tensor([1, 2], { requiresGrad: true })
  const handle = zeros([])
  const seen: unknown[] = []
  const gather = (gradients: readonly (Tensor | null)[]): readonly Tensor[] => {
    seen.push(gradients.map((gradient) => gradient?.toArray()))
    return [ones([2])]
  }
  record('GatherBackward0', [weight], [handle], () => gather, { gathers: true })
  let x = ones([1])
  for (const own of [ones([3]), zeros([2, 1])]) {
    const y = noGrad(() => x.clone())
    record('CallBackward0', [x, handle], [y], () => ([gradient]) => [gradient, own])
    x = y
  }
  const loss = x.sum()
  loss.backward(null, { retainGraph: true })
  loss.backward()
  // The last call comes first.
  expect(seen).toEqual([
    [
      [[0], [0]],
      [1, 1, 1],
    ],
    [
      [[0], [0]],
      [1, 1, 1],
    ],
  ])
  expect(weight.grad?.toArray()).toEqual([2, 2])
})
