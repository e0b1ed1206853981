import type { Tensor } from '@unroll/tensor'
import { expectTypeOf } from 'vitest'
import {
  Conv1d,
  CrossEntropyLoss,
  CTCLoss,
  Embedding,
  Flatten,
  Linear,
  MaxPool1d,
  Module,
  ModuleDict,
  ModuleList,
  mseLoss,
  type Parameter,
  Sequential,
  skipInit,
} from '../src/index.ts'

declare const x: Tensor

class Encoder extends Module {
  override forward(input: Tensor, scale?: number | null): [output: Tensor, hn: Tensor] {
    return [input.mul(scale ?? 1), input]
  }
}

class Model extends Module {
  encoder = new Encoder()
  head: Linear | null = new Linear(1, 1)

  override forward(input: Tensor): Tensor {
    return this.encoder.forward(input)[0]
  }

  override async forwardAsync(input: Tensor): Promise<Tensor> {
    return this.forward(input)
  }
}

// Modules with any arguments and results are assignable to Module.
const modules: Module[] = [new Encoder(), new Model(), new Linear(1, 1), new Sequential()]
expectTypeOf(new Model().to('float64').eval()).toEqualTypeOf<Model>()
expectTypeOf(modules[0]?.children()).toEqualTypeOf<Module[] | undefined>()

// forwardAsync takes what forward takes. Its result is known if it is overridden.
expectTypeOf(new Encoder().forwardAsync(x, 2)).resolves.toBeUnknown()
expectTypeOf(new Model().forwardAsync(x)).resolves.toEqualTypeOf<Tensor>()
// @ts-expect-error two arguments at most
new Encoder().forwardAsync(x, 2, 3)

// Hooks see the arguments and the result of their module.
new Encoder().registerForwardPreHook((module, args) => {
  expectTypeOf(module).toEqualTypeOf<Encoder>()
  expectTypeOf(args).toEqualTypeOf<[input: Tensor, scale?: number | null | undefined]>()
})
new Encoder().registerForwardHook((_module, _args, result) => {
  expectTypeOf(result).toEqualTypeOf<[output: Tensor, hn: Tensor]>()
  return result
})
// @ts-expect-error the result is a pair
new Encoder().registerForwardHook((_module, [input]) => input)

// A Sequential takes what its first module takes and returns what its last module returns.
expectTypeOf(new Sequential(new Embedding(1, 1), new Encoder()).forward(x)).toEqualTypeOf<
  [output: Tensor, hn: Tensor]
>()
expectTypeOf(new Sequential(...modules).forward(x)).toEqualTypeOf<Tensor>()
expectTypeOf(new Sequential(new Linear(1, 1)).forwardAsync(x)).resolves.toEqualTypeOf<Tensor>()

// A tensor is not a parameter.
expectTypeOf<Parameter>().toExtend<Tensor>()
expectTypeOf<Tensor>().not.toExtend<Parameter>()

// MaxPool1d also returns positions if it is told to.
expectTypeOf(new MaxPool1d(2).forward(x)).toEqualTypeOf<Tensor>()
expectTypeOf(new MaxPool1d(2, { returnIndices: true }).forward(x)).toEqualTypeOf<
  [output: Tensor, indices: Tensor]
>()
expectTypeOf(
  new Sequential(new Conv1d(1, 1, 3), new MaxPool1d(2), new Flatten()).forward(x),
).toEqualTypeOf<Tensor>()

// Containers know what they hold.
expectTypeOf(new ModuleList([new Linear(1, 1)]).at(0)).toEqualTypeOf<Linear>()
expectTypeOf(new ModuleDict({ head: new Linear(1, 1) }).get('head')).toEqualTypeOf<Linear>()
for (const layer of new ModuleList([new Encoder()])) expectTypeOf(layer).toEqualTypeOf<Encoder>()
for (const [name, layer] of new ModuleDict([['a', new Encoder()]])) {
  expectTypeOf(name).toEqualTypeOf<string>()
  expectTypeOf(layer).toEqualTypeOf<Encoder>()
}
// @ts-expect-error a tensor is no module
new ModuleList([x])

// State dicts are Maps or plain objects of tensors.
new Linear(1, 1).loadStateDict({ weight: x, bias: x }, { prefix: 'module.', strict: false })
// @ts-expect-error arrays are no tensors
new Linear(1, 1).loadStateDict({ weight: [[1]] })
expectTypeOf(skipInit(() => new Linear(1, 1))).toEqualTypeOf<Linear>()

// Streams take and return arrays.
expectTypeOf(new Sequential(new Linear(1, 1)).stream({ batch: 2 }).step(new Float32Array(2))).toEqualTypeOf<
  Float32Array | Float64Array
>()

// Losses

expectTypeOf(new CrossEntropyLoss().forward).toEqualTypeOf<(input: Tensor, target: Tensor) => Tensor>()
expectTypeOf(new CrossEntropyLoss().forwardAsync(x, x)).resolves.toEqualTypeOf<Tensor>()
expectTypeOf(new CTCLoss().forward(x, x, [3, 2], x)).toEqualTypeOf<Tensor>()
expectTypeOf(new CrossEntropyLoss().weight).toEqualTypeOf<Tensor | null>()
// @ts-expect-error no reduction of this name
mseLoss(x, x, { reduction: 'average' })
// @ts-expect-error needs the lengths
new CTCLoss().forward(x, x)
