import { rand, randn, type Tensor, tensor } from '@unroll/tensor'
import * as nn from '../src/index.ts'

const classes = tensor([
  [0n, 2n],
  [1n, 3n],
])

/** A module of each class, and the inputs that it is called with. */
const cases: readonly (readonly [module: () => nn.Module, ...inputs: (() => unknown)[]])[] = [
  [() => new nn.CrossEntropyLoss(), () => randn([2, 4, 2]), () => classes],
  [() => new nn.NLLLoss(), () => randn([2, 4, 2]), () => classes],
  [() => new nn.MSELoss(), () => randn([4, 5]), () => randn([4, 5])],
  [() => new nn.L1Loss(), () => randn([4, 5]), () => randn([4, 5])],
  [() => new nn.SmoothL1Loss(), () => randn([4, 5]), () => randn([4, 5])],
  [() => new nn.HuberLoss(), () => randn([4, 5]), () => randn([4, 5])],
  [() => new nn.BCELoss(), () => rand([4, 5]), () => rand([4, 5])],
  [() => new nn.BCEWithLogitsLoss(), () => randn([4, 5]), () => rand([4, 5])],
  [() => new nn.KLDivLoss(), () => randn([4, 5]), () => rand([4, 5])],
  [
    () => new nn.CTCLoss(),
    () => randn([4, 2, 4]),
    () => classes.add(1).clamp(1, 3),
    () => [4, 4],
    () => [2, 2],
  ],
  [() => new nn.Linear(5, 6), () => randn([2, 4, 5])],
  [() => new nn.Embedding(7, 5), () => tensor([[1n, 3n, 6n]])],
  [() => new nn.Softmax(-1), () => randn([4, 5])],
  [() => new nn.Softmax(0), () => randn([4, 5])],
  [() => new nn.LogSoftmax(-1), () => randn([4, 5])],
  [() => new nn.ReLU(), () => randn([4, 5])],
  [() => new nn.ReLU({ inplace: true }), () => randn([4, 5])],
  [() => new nn.Tanh(), () => randn([4, 5])],
  [() => new nn.Sigmoid(), () => randn([4, 5])],
  [() => new nn.Dropout(0.5), () => randn([4, 5])],
  [() => new nn.LayerNorm(5), () => randn([4, 5])],
  [() => new nn.BatchNorm1d(5), () => randn([4, 5])],
  [() => new nn.Conv1d(4, 3, 2), () => randn([2, 4, 5])],
  [() => new nn.MaxPool1d(2), () => randn([2, 4, 6])],
  [() => new nn.Flatten(), () => randn([2, 4, 5])],
  [() => new nn.Identity(), () => randn([4, 5])],
  [() => new nn.Sequential(new nn.Linear(5, 6), new nn.Tanh(), new nn.Softmax(-1)), () => randn([4, 5])],
]

type Named = readonly [name: string, make: () => nn.Module, inputs: () => unknown[]]

/** The same, with names. */
export const everyModule: readonly Named[] = cases.map(
  ([make, ...inputs]) =>
    [make().toString().replace(/\s+/g, ' '), make, () => inputs.map((input) => input())] as const,
)

export function callModule(module: nn.Module, inputs: readonly unknown[]): Tensor {
  return Reflect.apply(module.forward, module, inputs) as Tensor
}
