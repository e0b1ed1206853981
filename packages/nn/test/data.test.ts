import {
  elementsOf,
  manualSeed,
  noGrad,
  randn,
  Storage,
  type Tensor,
  type TypedArray,
  tensor,
  zeros,
} from '@unroll/tensor'
import { describe, expect, it } from 'vitest'
import {
  BatchNorm1d,
  Conv1d,
  Embedding,
  LayerNorm,
  Linear,
  type Module,
  Parameter,
  Sequential,
} from '../src/index.ts'
import { describeEngines } from './engines.ts'

const cases: readonly { readonly name: string; readonly make: () => Module; readonly input: Tensor }[] = [
  { name: 'Linear', make: () => new Linear(5, 3), input: randn([4, 5]) },
  { name: 'Conv1d', make: () => new Conv1d(4, 6, 3, { groups: 2 }), input: randn([2, 4, 7]) },
  { name: 'LayerNorm', make: () => new LayerNorm(5), input: randn([4, 5]) },
  { name: 'BatchNorm1d', make: () => new BatchNorm1d(5).eval(), input: randn([4, 5]) },
  { name: 'Embedding', make: () => new Embedding(6, 3), input: tensor([5n, 0n]) },
  {
    name: 'Sequential',
    make: () => new Sequential(new Linear(5, 3), new Linear(3, 2)),
    input: randn([4, 5]),
  },
]

function run(module: Module, input: Tensor): unknown {
  const output: Tensor = Reflect.apply(module.forward, module, [input])
  return output.toArray()
}

/** Writes another number into an array that was taken from a tensor. */
function change(array: TypedArray): void {
  array[array.length - 1] = Number(array[array.length - 1]) + 1
}

/** The result of a module with the same weights that was never run before. */
function fresh(make: () => Module, module: Module, input: Tensor): unknown {
  const twin = make()
  twin.loadStateDict(new Map([...module.stateDict()].map(([key, value]) => [key, value.clone()])))
  return run(twin, input)
}

describeEngines(() => {
  describe.each(cases)('weights of $name changed through their data', ({ make, input }) => {
    it.each<[when: string, take: (module: Module, parameter: Parameter) => () => void]>([
      ['taken after a forward', (_, parameter) => () => change(parameter.data)],
      [
        'taken before the first forward',
        (_, parameter) => {
          const { data } = parameter
          return () => change(data)
        },
      ],
      [
        'of the state dict',
        (module) => () =>
          [...module.stateDict().values()].forEach(({ data, dtype }) => {
            if (dtype !== 'int64') change(data)
          }),
      ],
      ['of a view', (_, parameter) => () => change(parameter.at(-1).data)],
      ['of the storage', (_, parameter) => () => change(parameter.storage.data)],
    ])('are seen by the next forward: %s', (_, take) => {
      for (const index of make().parameters().keys()) {
        const module = make()
        const parameter = module.parameters()[index] ?? new Parameter(zeros([]))
        const act = take(module, parameter)
        const before = run(module, input)
        expect(run(module, input)).toEqual(before)
        for (let times = 0; times < 2; times++) {
          act()
          expect(run(module, input)).toEqual(fresh(make, module, input))
        }
        module.dispose()
      }
    })

    it("are seen where the array was the caller's from the start", () => {
      const module = make()
      const given = new Map(
        [...module.stateDict()].map(([key, value]) => [
          key,
          tensor(elementsOf(value).slice(), { shape: value.shape }),
        ]),
      )
      module.loadStateDict(given, { assign: true })
      run(module, input)
      for (const { data, dtype } of given.values()) if (dtype !== 'int64') change(data)
      expect(run(module, input)).toEqual(fresh(make, module, input))
    })
  })
})

describe('our own code', () => {
  it('does not count as taking an array: nothing is compared where nobody took one', async () => {
    manualSeed(1)
    for (const { make, input } of cases) {
      const module = make()
      run(module, input)
      await Reflect.apply(module.forwardAsync, module, [input])
      String(module)
      module.loadStateDict(module.stateDict())
      module.loadStateDict(make().stateDict(), { assign: true })
      module.train().eval().to('float64').to('float32').zeroGrad()
      noGrad(() => module.parameters().map((parameter) => parameter.mul_(2)))
      run(module, input)
      module.dispose()
      const storages = [...module.parameters(), ...module.buffers()].map(({ storage }) => storage)
      expect(storages.map(({ isHandedOut }) => isHandedOut)).toEqual(storages.map(() => false))
    }
    expect(new Storage(new Float32Array(1)).isHandedOut).toBe(false)
  })
})
