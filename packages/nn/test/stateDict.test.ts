import { full, ones, type Tensor, tensor, zeros } from '@unroll/tensor'
import { describe, expect, it } from 'vitest'
import { BatchNorm1d, Linear, Module, Parameter, Sequential, StateDictError } from '../src/index.ts'

const model = (): Sequential<[Linear, Linear]> => new Sequential(new Linear(2, 3), new Linear(3, 1))

/** Returns the error that `run` throws. */
function errorOf(run: () => unknown): StateDictError {
  try {
    run()
  } catch (error) {
    if (error instanceof StateDictError) return error
    throw error
  }
  throw new Error('expected a StateDictError, got none')
}

describe('stateDict', () => {
  it('gives detached tensors that share the memory', () => {
    const linear = new Linear(2, 3)
    const weight = linear.stateDict().get('weight')
    expect(weight?.requiresGrad).toBe(false)
    expect(weight?.storage).toBe(linear.weight.storage)
    expect(weight === linear.weight).toBe(false)
  })
})

describe('loadStateDict', () => {
  it('copies values into the parameters there are', () => {
    const [from, to] = [model(), model()]
    const weight = to.getParameter('0.weight')
    const { version } = weight
    expect(to.loadStateDict(from.stateDict())).toEqual({ missingKeys: [], unexpectedKeys: [] })
    expect(to.getParameter('0.weight')).toBe(weight)
    expect(weight.toArray()).toEqual(from.getParameter('0.weight').toArray())
    expect(weight.version).toBeGreaterThan(version)
    expect(weight.requiresGrad).toBe(true)
  })

  it('casts to the dtype of the parameter', () => {
    const linear = new Linear(1, 1).to('float64')
    linear.loadStateDict(
      new Map([
        ['weight', full([1, 1], 0.5, { dtype: 'float16' })],
        ['bias', tensor([3n])],
      ]),
    )
    expect([linear.weight.dtype, linear.weight.item(), linear.bias?.item()]).toEqual(['float64', 0.5, 3])
  })

  it('tells everything that does not fit in one error, and changes nothing', () => {
    const target = model()
    const before = [...target.stateDict().values()].map((t) => t.toArray())
    const state = new Map([
      ['0.weight', ones([3, 2])],
      ['0.bias', ones([2])],
      ['1.weight', ones([3])],
      ['2.weight', ones([1])],
      ['extra', ones([1])],
    ])
    const error = errorOf(() => target.loadStateDict(state))
    expect(error.missingKeys).toEqual(['1.bias'])
    expect(error.unexpectedKeys).toEqual(['2.weight', 'extra'])
    expect(error.mismatches).toEqual([
      { key: '0.bias', expected: [3], got: [2] },
      { key: '1.weight', expected: [1, 3], got: [3] },
    ])
    expect(error.message).toBe(
      [
        'Sequential.loadStateDict: the state dict does not fit, nothing was loaded:',
        'missing keys: "1.bias"',
        'unexpected keys: "2.weight", "extra"',
        'size mismatch of "0.bias": expected (3), got (2)',
        'size mismatch of "1.weight": expected (1, 3), got (3)',
      ].join('\n  '),
    )
    expect([...target.stateDict().values()].map((t) => t.toArray())).toEqual(before)
  })

  it('refuses what is not strict only by its sizes', () => {
    const target = model()
    const state = new Map([
      ['0.bias', ones([3])],
      ['extra', ones([1])],
    ])
    expect(target.loadStateDict(state, { strict: false })).toEqual({
      missingKeys: ['0.weight', '1.weight', '1.bias'],
      unexpectedKeys: ['extra'],
    })
    expect(target.getParameter('0.bias').toArray()).toEqual([1, 1, 1])
    const error = errorOf(() => target.loadStateDict(new Map([['0.bias', ones([4])]]), { strict: false }))
    expect(error.message).toMatch(/:\n {2}size mismatch of "0.bias": expected \(3\), got \(4\)$/)
  })

  it('with assign uses the tensors themselves', () => {
    const linear = new Linear(2, 1)
    const { weight } = linear
    if (linear.bias) linear.bias.requiresGrad = false
    const state = new Map([
      ['weight', ones([1, 2], { dtype: 'float64' })],
      ['bias', zeros([1])],
    ])
    linear.loadStateDict(state, { assign: true })
    expect(linear.weight === weight).toBe(false)
    expect(linear.weight).toBeInstanceOf(Parameter)
    expect(linear.weight.storage).toBe(state.get('weight')?.storage)
    expect([linear.weight.dtype, linear.weight.requiresGrad, linear.bias?.requiresGrad]).toEqual([
      'float64',
      true,
      false,
    ])
    expect(linear.namedParameters().map(([name]) => name)).toEqual(['weight', 'bias'])
  })

  it('with assign changes nothing if a tensor cannot be a parameter', () => {
    const linear = new Linear(1, 1)
    const before = linear.weight
    const state = new Map([
      ['weight', ones([1, 1])],
      ['bias', tensor([1n])],
    ])
    expect(() => linear.loadStateDict(state, { assign: true })).toThrow('float')
    expect(linear.weight).toBe(before)
  })

  it('fills persistent buffers and leaves the others alone', () => {
    const make = (): Module => {
      const module = new (class WithBuffers extends Module {})()
      module.registerBuffer('kept', zeros([1]))
      module.registerBuffer('lost', zeros([1]), { persistent: false })
      return module
    }
    const module = make()
    module.loadStateDict(new Map([['kept', ones([1])]]))
    expect([module.getBuffer('kept').item(), module.getBuffer('lost').item()]).toEqual([1, 0])
    const given = ones([1])
    const other = make()
    other.loadStateDict(new Map([['kept', given]]), { assign: true })
    expect(other.getBuffer('kept')).toBe(given)
  })

  it('refuses what is no map of tensors, and says what may be meant', async () => {
    const refused: [state: unknown, message: string][] = [
      [[ones([1])], 'expected a Map or plain object of tensors, got array of 1'],
      [new Set(), 'got Set'],
      [null, 'got null'],
      ['model.pt', 'got string "model.pt"'],
      [model(), 'got Sequential; pass its stateDict()'],
      [Promise.resolve(model().stateDict()), 'got a promise; await it first'],
      [new Map([['0.weight', [1]]]), 'expected a Tensor at "0.weight", got array of 1'],
      [new Map([['0.weight', Promise.resolve()]]), 'a Tensor at "0.weight", got a promise; await it first'],
      [new Map([[0, ones([1])]]), 'expected keys to be strings, got number 0'],
      [
        new Map<string, unknown>([
          ['epoch', 3],
          ['state_dict', model().stateDict()],
        ]),
        'a Tensor at "epoch", got number 3',
      ],
      [
        { model: Object.fromEntries(model().stateDict()) },
        'a Tensor at "model", got Object; the state dict seems to be that entry: pass it alone',
      ],
      [{}, 'JSON makes {} of a Map: use Object.fromEntries(state)'],
    ]
    for (const [state, message] of refused) {
      const target = model()
      expect(() => Reflect.apply(target.loadStateDict, target, [state])).toThrow(message)
    }
  })
})

/** The same state with `prefix` before each key. */
function prefixed(prefix: string, state: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
  return new Map([...state].map(([key, value]) => [prefix + key, value]))
}

describe('loadStateDict with a prefix', () => {
  it('looks at the entries under it alone', () => {
    const [from, to] = [model(), model()]
    const state = new Map([...prefixed('module.', from.stateDict()), ['epoch', ones([1])]])
    expect(to.loadStateDict(state, { prefix: 'module.' })).toEqual({ missingKeys: [], unexpectedKeys: [] })
    expect(to.getParameter('1.weight').toArray()).toEqual(from.getParameter('1.weight').toArray())
    to.loadStateDict(Object.fromEntries(state), { prefix: 'module.', assign: true })
    expect(to.getParameter('1.weight').storage).toBe(from.getParameter('1.weight').storage)
  })

  it('names keys as they stand in the state dict', () => {
    const state = prefixed('module.', model().stateDict())
    state.delete('module.0.bias')
    state.set('module.2.bias', ones([1]))
    state.set('module.1.bias', ones([2]))
    const error = errorOf(() => model().loadStateDict(state, { prefix: 'module.' }))
    expect(error.missingKeys).toEqual(['module.0.bias'])
    expect(error.unexpectedKeys).toEqual(['module.2.bias'])
    expect(error.mismatches).toEqual([{ key: 'module.1.bias', expected: [1], got: [2] }])
  })

  it.each(['module.', '_orig_mod.', 'model.', 'net.encoder.', 'any thing'])(
    'is named by the error where it would make the keys fit: %s',
    (prefix) => {
      const state = prefixed(prefix, model().stateDict())
      state.set('other', ones([1]))
      const error = errorOf(() => model().loadStateDict(state))
      expect(error.message).toContain(
        `\n  the keys fit under the prefix "${prefix}": write { prefix: '${prefix}' }`,
      )
      expect(error.missingKeys).toHaveLength(4)
      expect(error.unexpectedKeys).toHaveLength(5)
      model().loadStateDict(state, { prefix })
    },
  )

  it('is named where several would do, and not where none would', () => {
    const state = new Map([
      ...prefixed('encoder.', model().stateDict()),
      ...prefixed('decoder.', model().stateDict()),
    ])
    expect(errorOf(() => model().loadStateDict(state)).message).toContain(
      `the keys fit under each of the prefixes "encoder.", "decoder.": write { prefix: 'encoder.' }`,
    )
    state.delete('encoder.0.bias')
    state.delete('decoder.1.bias')
    expect(errorOf(() => model().loadStateDict(state)).message).not.toContain('prefix')
    const strict = errorOf(() => model().loadStateDict(state, { prefix: 'decoder.' }))
    expect(strict.missingKeys).toEqual(['decoder.1.bias'])
  })
})

describe('a load that fails', () => {
  /** Expects a load to throw and to change nothing. */
  function expectNothing(target: Module, load: () => unknown, message: string): void {
    const before = [...target.stateDict().values()].map(String)
    expect(load).toThrow(message)
    expect([...target.stateDict().values()].map(String)).toEqual(before)
  }

  it('leaves everything as it was, whatever the last entry is', () => {
    const fresh = (): Map<string, Tensor> =>
      new Map([...model().stateDict()].map(([key, value]) => [key, full(value.shape, 9)]))
    const target = model()
    const sent = fresh()
    const gone = ones([1])
    structuredClone(null, { transfer: [gone.storage.elements.buffer as ArrayBuffer] })
    sent.set('1.bias', gone)
    expectNothing(target, () => target.loadStateDict(sent), 'transferred to another thread; post a copy')
    expectNothing(target, () => target.loadStateDict(sent, { assign: true }), 'transferred')

    const wide = new Sequential(new Linear(2, 3), new Linear(3, 2))
    Object.assign(wide.at(1), { bias: new Parameter(ones([1]).expand([2])) })
    const state = new Map([...wide.stateDict()].map(([key, value]) => [key, full(value.shape, 9)]))
    expectNothing(wide, () => wide.loadStateDict(state), '"1.bias": several elements of this expanded tensor')
    wide.loadStateDict(state, { assign: true })

    const frozen = model()
    Object.freeze(frozen.at(1))
    expectNothing(frozen, () => frozen.loadStateDict(fresh(), { assign: true }), 'cannot be assigned to')
    frozen.loadStateDict(fresh())
  })
})

it('a BatchNorm1d takes the state dicts of before it counted batches', () => {
  const from = new BatchNorm1d(2)
  from.forward(ones([3, 2]))
  const state = from.stateDict()
  state.delete('num_batches_tracked')
  const to = new Sequential(new BatchNorm1d(2))
  expect(to.loadStateDict(prefixed('0.', state))).toEqual({ missingKeys: [], unexpectedKeys: [] })
  expect(to.getBuffer('0.running_mean').toArray()).toEqual(from.getBuffer('running_mean').toArray())
  expect(to.getBuffer('0.num_batches_tracked').item()).toBe(0)
  state.delete('running_mean')
  expect(() => to.loadStateDict(prefixed('0.', state))).toThrow('missing keys: "0.running_mean"')
  expect(
    errorOf(() => new BatchNorm1d(2).loadStateDict(prefixed('bn.', from.stateDict()))).message,
  ).toContain("{ prefix: 'bn.' }")
})

describe('a state dict that was cloned', () => {
  const ways: Record<string, (state: ReadonlyMap<string, Tensor>) => unknown> = {
    structuredClone: (state) => structuredClone(state),
    'structuredClone of a plain object': (state) => structuredClone(Object.fromEntries(state)),
    JSON: (state) => JSON.parse(JSON.stringify(Object.fromEntries(state))),
    postMessage: async (state) => {
      const { port1, port2 } = new MessageChannel()
      const received = new Promise((resolve) => {
        port2.onmessage = ({ data }) => resolve(data)
      })
      port1.postMessage(state)
      const message = await received
      port1.close()
      return message
    },
  }

  it.each(Object.entries(ways))('by %s is loaded, copied or assigned', async (_, way) => {
    const from = new Sequential(new Linear(2, 3), new BatchNorm1d(3))
    from.forward(ones([4, 2]))
    const state = await way(from.stateDict())
    for (const assign of [false, true]) {
      const to = new Sequential(new Linear(2, 3), new BatchNorm1d(3))
      Reflect.apply(to.loadStateDict, to, [state, { assign }])
      expect([...to.stateDict().values()].map(String)).toEqual([...from.stateDict().values()].map(String))
      expect(to.getParameter('0.weight')).toBeInstanceOf(Parameter)
      expect(
        to
          .eval()
          .forward(ones([1, 2]))
          .toArray(),
      ).toEqual(
        from
          .eval()
          .forward(ones([1, 2]))
          .toArray(),
      )
    }
  })

  it('is refused where an entry is damaged', () => {
    const state = JSON.parse(JSON.stringify(Object.fromEntries(new Linear(2, 3).stateDict())))
    state.bias.data.pop()
    expect(() => new Linear(2, 3).loadStateDict(state)).toThrow('does not fit 2 elements')
    state.bias = { dtype: 'float32', shape: [3] }
    expect(() => new Linear(2, 3).loadStateDict(state)).toThrow('expected a Tensor at "bias", got Object')
  })
})
