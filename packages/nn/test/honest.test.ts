import { reference, setDefaultEngine } from '@unroll/kernels'
import { manualSeed, randn, Tensor, tensor } from '@unroll/tensor'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import * as nn from '../src/index.ts'
import { Module, Sequential } from '../src/index.ts'
import { makeDevice } from './device.ts'
import { recordingEngine } from './engines.ts'
import { callModule, everyModule } from './everyModule.ts'

describe('a module computes on the engine it says', () => {
  let standard = recordingEngine(reference)
  beforeEach(() => {
    standard = recordingEngine(reference)
    setDefaultEngine(standard.engine)
    manualSeed(1)
  })
  afterEach(() => setDefaultEngine(null))

  it.each(everyModule)('%s, on a host engine: forward and forwardAsync', async (_, make, input) => {
    for (const mode of [true, false]) {
      const own = recordingEngine(reference)
      const module = make().train(mode).to(own.engine)
      for (const each of module.modules()) expect(each.engine).toBe(own.engine)
      const x = input()
      standard.calls.length = 0
      callModule(module, x)
      await callAsync(module, x)
      expect(standard.calls).toEqual([])
      expect(own.calls.length > 0).toBe(computes(module))
    }
  })

  it.each(everyModule)('%s, on the default engine', (_, make, input) => {
    const module = make().eval()
    expect(module.engine).toBe(standard.engine)
    const x = input()
    standard.calls.length = 0
    callModule(module, x)
    expect(standard.calls.length > 0).toBe(computes(module))
  })

  it.each(everyModule)(
    '%s, on a device: there, or it says that it is on the host',
    async (_, make, input) => {
      const module = make().eval()
      const x = input()
      const want = callModule(
        module,
        x.map((each) => (each instanceof Tensor ? each.clone() : each)),
      )
      const { engine, counts } = makeDevice()
      module.to(engine)
      standard.calls.length = 0
      const got = await callAsync(module, x)
      expect(got).toBeAllclose(want)
      const there = module.modules().filter((each) => each.engine === engine)
      const here = module.modules().filter((each) => each.engine === standard.engine)
      expect([...there, ...here]).toHaveLength(module.modules().length)
      // Exactly the modules that say so compute on the host. A module that computes nothing calls no engine.
      expect(standard.calls.length > 0).toBe(here.some(computes))
      const isDevices = module.modules().filter((each) => each.constructor.name !== 'Sequential')
      expect(counts.read > 0).toBe(isDevices.some((each) => each.engine === engine && lowers(each)))
    },
  )

  it.each(everyModule.filter(([, make]) => lowers(make())))(
    '%s, on a device, has to be awaited',
    (_, make, input) => {
      const { engine } = makeDevice()
      const module = make().to(engine)
      expect(() => callModule(module, input())).toThrow(
        `${module.constructor.name}.forward: engine pretended computes asynchronously; use await`,
      )
    },
  )
})

it('every class of modules is among them', () => {
  const containers = ['Module', 'ModuleList', 'ModuleDict']
  const classes = Object.values(nn).filter(
    (value): value is typeof Module => typeof value === 'function' && value.prototype instanceof Module,
  )
  const tried = new Set(everyModule.map(([, make]) => make().constructor.name))
  expect(
    classes.map(({ name }) => name).filter((name) => !containers.includes(name) && !tried.has(name)),
  ).toEqual([])
  expect(classes.length).toBeGreaterThan(15)
})

it('a stream computes on the engines of its modules', () => {
  const [own, standard] = [recordingEngine(reference), recordingEngine(reference)]
  setDefaultEngine(standard.engine)
  try {
    const modules = [new nn.Linear(3, 4), new nn.Tanh(), new nn.LayerNorm(4), new nn.Softmax(-1)] as const
    const stream = new Sequential(...modules).eval().to(own.engine).stream()
    standard.calls.length = 0
    stream.step(Float32Array.of(1, 2, 3))
    stream.dispose()
    expect(own.calls.length).toBeGreaterThan(0)
    expect(standard.calls).toEqual([])
  } finally {
    setDefaultEngine(null)
  }
})

it('a tensor without dimensions has no softmax on a device, which is said', async () => {
  const { engine } = makeDevice()
  for (const dim of [0, -1]) {
    const softmax = new nn.Softmax(dim).to(engine)
    await expect(softmax.forwardAsync(tensor(2))).rejects.toThrow('got float32 of shape ()')
  }
})

it('a subclass computes on a device by what it overrides, not by what its base class does there', async () => {
  class Doubled extends nn.Linear {
    override forward(input: Tensor): Tensor {
      return super.forward(input).mul(2)
    }
  }
  class DoubledThere extends nn.Linear {
    override async forwardAsync(input: Tensor): Promise<Tensor> {
      return (await super.forwardAsync(input)).mul(2)
    }
  }
  manualSeed(1)
  const plain = new nn.Linear(3, 2)
  const x = randn([4, 3])
  const want = plain.forward(x).mul(2)
  const { engine } = makeDevice()
  for (const [module, place] of [
    [new Doubled(3, 2), 'wasm'],
    [new DoubledThere(3, 2), 'pretended'],
  ] as const) {
    module.loadStateDict(plain.stateDict())
    module.to(engine)
    expect(module.engine.name).toBe(place)
    expect(await module.forwardAsync(x)).toBeAllclose(want)
    expect(await new Sequential(module).eval().forwardAsync(x)).toBeAllclose(want)
  }
})

it('the operations of a module that throws leave the default engine in place', () => {
  const own = recordingEngine(reference)
  const module = new nn.Softmax(5).to(own.engine)
  expect(() => module.forward(randn([2, 2]))).toThrow(RangeError)
  own.calls.length = 0
  randn([2, 2]).softmax(-1)
  expect(own.calls).toEqual([])
})

/** True if a module calls an engine. Others move numbers, or have their own loops. */
function computes(module: Module): boolean {
  const without = ['Embedding', 'LayerNorm', 'BatchNorm1d', 'Dropout', 'MaxPool1d', 'Flatten', 'Identity']
  const losses = ['NLL', 'MSE', 'L1', 'SmoothL1', 'Huber', 'BCE', 'BCEWithLogits', 'CTC'].map(
    (name) => `${name}Loss`,
  )
  if (module instanceof Sequential) return [...module].some(computes)
  return ![...without, ...losses].includes(module.constructor.name)
}

function lowers(module: Module): boolean {
  return ['Linear', 'Embedding', 'Softmax'].includes(module.constructor.name)
}

async function callAsync(module: Module, inputs: readonly unknown[]): Promise<Tensor> {
  return (await Reflect.apply(module.forwardAsync, module, inputs)) as Tensor
}
