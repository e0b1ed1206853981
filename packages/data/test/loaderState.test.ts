import { DataLoader, type LoaderState, RandomSampler } from '@unroll/data'
import fixtures from '@unroll/oracle/fixtures/data_order.json'
import { defaultGenerator, Generator, manualSeed, Tensor, tensor } from '@unroll/tensor'
import { describe, expect, it } from 'vitest'
import { drawLoaderCase } from './drawLoaderCase.ts'
import { drawDefault, type LoaderCase, makeLoader, toLoaderCase } from './loaderCase.ts'

const cases = [
  ...fixtures.cases.map(({ case: spec }) => toLoaderCase(spec)),
  ...Array.from({ length: 60 }, (_, i) => drawLoaderCase(i)),
].filter((spec) => !sharesDraws(spec))

/** Whether the sampler draws in the middle of an epoch from a generator that others use, too. Such a loader cannot go on. */
function sharesDraws({ sampler, batchSampler }: LoaderCase): boolean {
  const { kind, generator, numSamples } = sampler ?? batchSampler ?? {}
  return kind === 'random' && generator === 'default' && numSamples !== undefined
}

/** Two epochs of a loader, with a draw of another after every batch, as dropout makes. */
function train(
  spec: LoaderCase,
  { loader, drawFromAll }: ReturnType<typeof makeLoader>,
  stopAfter = Infinity,
) {
  const batches: (readonly number[])[] = []
  const draws: number[] = []
  while (loader.epoch < 2) {
    for (const batch of loader) {
      batches.push(batch)
      draws.push(drawDefault())
      if (batches.length >= stopAfter) return { batches, draws, after: [], state: loader.stateDict() }
    }
    if (batches.length >= stopAfter) break
  }
  return { batches, draws, after: spec.epochs > 0 ? drawFromAll() : [], state: loader.stateDict() }
}

describe('a loader that stops and goes on in another process', () => {
  it.each(cases.map((spec, i) => [i, spec] as const))('gives what was left: loader %i', (_, spec) => {
    manualSeed(spec.seed)
    const whole = train(spec, makeLoader(spec))
    for (const stop of new Set([1, 2, Math.ceil(whole.batches.length / 2), whole.batches.length - 1])) {
      if (stop < 1 || stop > whole.batches.length) continue
      manualSeed(spec.seed)
      const first = train(spec, makeLoader(spec), stop)
      const saved = defaultGenerator().getState()
      // The other process makes the dataset anew. A checkpoint has the default generator, too, before the loader or after.
      manualSeed(spec.seed)
      const made = makeLoader(spec)
      manualSeed(999)
      if (stop % 2 === 0) defaultGenerator().setState(saved)
      made.loader.loadStateDict(first.state)
      if (stop % 2 !== 0) defaultGenerator().setState(saved)
      const rest = train(spec, made)
      expect([...first.batches, ...rest.batches]).toEqual(whole.batches)
      expect([...first.draws, ...rest.draws]).toEqual(whole.draws)
      expect(rest.after).toEqual(whole.after)
    }
  })
})

const numbers = Array.from({ length: 10 }, (_, i) => i)
const options = { batchSize: 3, shuffle: true, collate: (items: number[]): number[] => items }

/** A loader that gave two batches of its second epoch. */
function stopped(): { readonly loader: DataLoader<number, number[]>; readonly state: LoaderState } {
  manualSeed(4)
  const loader = new DataLoader(numbers, options)
  Array.from(loader)
  for (const _ of loader) if (loader.stateDict().get('position') === 2) break
  return { loader, state: loader.stateDict() }
}

describe('the state of a loader', () => {
  it('is the epoch, the position and generators, in bytes that PyTorch reads', () => {
    const { state } = stopped()
    expect([...state.keys()]).toEqual(['epoch', 'position', 'generators', 'epoch_start'])
    expect([state.get('epoch'), state.get('position')]).toEqual([1, 2])
    for (const states of [state.get('generators'), state.get('epoch_start')]) {
      if (!Array.isArray(states)) throw new Error('expected tensors')
      expect(states.map(({ dtype, shape }) => [dtype, shape])).toEqual([['uint8', [5056]]])
    }
  })

  it('stays the same until a batch is given, after it was loaded', () => {
    const { state } = stopped()
    const loader = new DataLoader(numbers, options)
    loader.loadStateDict(state)
    expect(loader.stateDict()).toEqual(state)
    expect(loader.epoch).toBe(1)
  })

  it('between epochs has no position', () => {
    const loader = new DataLoader(numbers, options)
    Array.from(loader)
    expect(loader.stateDict().get('epoch_start')).toBeNull()
    expect(loader.stateDict().get('position')).toBe(0)
    const next = new DataLoader(numbers, options)
    const state = loader.stateDict()
    const want = Array.from(loader)
    next.loadStateDict(state)
    expect(Array.from(next)).toEqual(want)
  })

  it('does not change with the loader', () => {
    const { loader, state } = stopped()
    const before = state.get('generators')
    const copy = Array.isArray(before) && before.map((each) => each.clone())
    Array.from(loader)
    expect(state.get('generators')).toEqual(copy)
    expect(state.get('position')).toBe(2)
  })

  it('lets an epoch that was broken off begin anew in the same process, as PyTorch does', () => {
    const { loader } = stopped()
    expect(Array.from(loader)).toHaveLength(4)
    expect(loader.epoch).toBe(2)
  })

  it('can be put back, with the epoch that is being walked', () => {
    const loader = new DataLoader([1, 2, 3, 4], { shuffle: true, collate: (items) => items })
    const walk = loader[Symbol.iterator]()
    walk.next()
    const [state, goBack] = [loader.stateDict(), loader.remember()]
    loader.loadStateDict(new DataLoader([1, 2, 3, 4], { shuffle: true }).stateDict())
    goBack()
    expect(loader.stateDict()).toEqual(state)
    walk.next()
    expect(loader.stateDict().get('position')).toBe(2)
    // An epoch that was broken off begins anew, as if no state had been loaded.
    expect([...loader]).toHaveLength(4)
  })

  it('after the last batch of an epoch has no batch left, but the end of the epoch', () => {
    manualSeed(4)
    const loader = new DataLoader(numbers, options)
    for (const _ of loader) if (loader.stateDict().get('position') === 4) break
    const next = new DataLoader(numbers, options)
    next.loadStateDict(loader.stateDict())
    expect(Array.from(next)).toEqual([])
    expect(next.epoch).toBe(1)
  })
})

describe('wrong states are refused, and nothing changes', () => {
  const { state } = stopped()
  const changed = (
    key: string,
    value: LoaderState extends Map<string, infer Value> ? Value : never,
  ): LoaderState => new Map(state).set(key, value)
  const refused: readonly [what: string, state: unknown, kind: new () => Error, message: string][] = [
    [
      'no Map',
      { epoch: 1 },
      TypeError,
      'DataLoader.loadStateDict: expected a Map, as stateDict() gives it, got Object',
    ],
    ['nothing', undefined, TypeError, 'got undefined'],
    ['a missing epoch', new Map(), TypeError, 'expected epoch to be a whole number, got undefined'],
    ['a negative position', changed('position', -1), RangeError, 'position to be at least 0'],
    ['no states', changed('generators', 5), TypeError, 'generators to be an array of tensors, got number 5'],
    [
      'states of floats',
      changed('generators', [tensor([1])]),
      TypeError,
      'generators[0] to be a uint8 Tensor, got Tensor',
    ],
    [
      'a short state',
      changed('epoch_start', [tensor(new Uint8Array(3), { shape: [3] })]),
      Error,
      'expected 5056 bytes, got 3',
    ],
    [
      'a short state of now',
      changed('generators', [tensor(new Uint8Array(3), { shape: [3] })]),
      Error,
      'expected 5056 bytes, got 3',
    ],
    [
      'two generators',
      changed('generators', []),
      RangeError,
      'states of 1 generators, got 0; make the loader as the one that was saved',
    ],
    [
      'a longer epoch',
      changed('position', 5),
      Error,
      'expected an epoch of at least 5 batches, got 4; make the loader as the one that was saved',
    ],
  ]

  it.each(refused)('%s', (_, wrong, kind, message) => {
    const loader = new DataLoader(numbers, options)
    manualSeed(6)
    const before = [defaultGenerator().getState(), loader.stateDict()]
    const load = (): void => loader.loadStateDict(wrong as LoaderState)
    expect(load).toThrow(kind)
    expect(load).toThrow(message)
    expect([defaultGenerator().getState(), loader.stateDict()]).toEqual(before)
  })

  it('with the state of another loader, if that has a generator more', () => {
    const sampler = new RandomSampler(numbers, { generator: new Generator() })
    const loader = new DataLoader(numbers, { sampler, collate: options.collate })
    expect(() => loader.loadStateDict(state)).toThrow('states of 2 generators, got 1')
    expect(state.get('generators')).toEqual([expect.any(Tensor)])
  })
})
