import { optionsOf } from '@unroll/kernels'
import { checkFunction, checkNumber } from './checks.ts'
import { zerosLike } from './creation.ts'
import { isFloatingPoint } from './dtype.ts'
import { RuntimeError } from './errors.ts'
import { grad } from './grad.ts'
import { recordsOf } from './operands.ts'
import { shapeText } from './strided/strided.ts'
import { Tensor } from './tensor.ts'

export interface GradcheckOptions {
  /** How far an element is moved for the difference. Default 1e-6. */
  readonly eps?: number
  /** Default 1e-5. */
  readonly atol?: number
  /** Default 1e-3. */
  readonly rtol?: number
}

/**
 * Compares the gradients that backward computes of `f` with differences: `(f(x + eps) - f(x - eps)) / (2 eps)`, for every element of
 * every input that requires gradients, and every element of every float result.
 * @param f a function of tensors, whose result, a tensor or an array of them, depends on nothing else
 * @param inputs those that are checked require gradients, and should be float64: float32 is too coarse for differences
 * @returns true
 * @throws RuntimeError that names the first element that differs, or if no input requires gradients
 * @example
 * gradcheck((x) => x.tanh().sum(0), [randn([2, 3], { dtype: 'float64', requiresGrad: true })])   // true
 *
 * @see PyTorch: [torch.autograd.gradcheck](https://docs.pytorch.org/docs/stable/generated/torch.autograd.gradcheck.gradcheck.html)
 */
export function gradcheck(
  f: (...inputs: Tensor[]) => Tensor | readonly Tensor[],
  inputs: readonly Tensor[],
  options?: GradcheckOptions | null,
): true {
  checkFunction('gradcheck', f)
  recordsOf('gradcheck', inputs)
  const { eps, atol, rtol } = optionsOf('gradcheck', options, { eps: 1e-6, atol: 1e-5, rtol: 1e-3 }, 'eps')
  for (const [what, value] of Object.entries({ eps, atol, rtol })) checkNumber('gradcheck', what, value)
  if (!inputs.some((input) => input.requiresGrad)) {
    throw new RuntimeError('gradcheck: expected an input that requires gradients, got none')
  }
  const outputs = floatsOf(f(...inputs))
  for (const [k, input] of inputs.entries()) {
    if (!input.requiresGrad) continue
    const differences = differencesOf(f, inputs, k, eps)
    for (const [o, output] of outputs.entries()) {
      const slopes = slopesOf(output, input)
      for (const [at, row] of slopes.entries()) {
        const want = differences.map((columns) => columns[o]?.[at] ?? 0)
        const wrong = row.findIndex((slope, i) => !isNear(slope, want[i] ?? 0, atol, rtol))
        if (wrong < 0) continue
        throw new RuntimeError(
          `gradcheck: the gradient of element ${at} of output ${o}, ${shapeText(output.shape)}, with respect to element ${wrong} of ` +
            `input ${k}, ${shapeText(input.shape)}, is ${row[wrong]}; differences give ${want[wrong]}`,
        )
      }
    }
  }
  return true
}

/** For each element of `output` its gradient with respect to each element of `input`. */
function slopesOf(output: Tensor, input: Tensor): number[][] {
  return Array.from({ length: output.numel }, (_, at) => {
    const seed = zerosLike(output)
    seed.view(-1).select(0, at).fill_(1)
    const gradient = output.requiresGrad
      ? grad([output], [input], { gradOutputs: [seed], retainGraph: true, allowUnused: true })[0]
      : null
    return gradient ? Array.from(gradient.data, Number) : new Array<number>(input.numel).fill(0)
  })
}

/** For each element of input `k` the difference of each element of each output. */
function differencesOf(
  f: (...inputs: Tensor[]) => Tensor | readonly Tensor[],
  inputs: readonly Tensor[],
  k: number,
  eps: number,
): number[][][] {
  const input = inputs[k]
  if (!input) return []
  const moved = (at: number, by: number): number[][] => {
    const copy = input.detach().clone()
    copy.view(-1).select(0, at).add_(by)
    // The function may ask for gradients itself.
    copy.requiresGrad = true
    return floatsOf(f(...inputs.map((other, index) => (index === k ? copy : other)))).map((output) =>
      Array.from(output.data, Number),
    )
  }
  return Array.from({ length: input.numel }, (_, at) => {
    const [above, below] = [moved(at, eps), moved(at, -eps)]
    return above.map((values, o) => values.map((value, i) => (value - (below[o]?.[i] ?? 0)) / (2 * eps)))
  })
}

function floatsOf(result: Tensor | readonly Tensor[]): Tensor[] {
  const list: readonly unknown[] = result instanceof Tensor ? [result] : result
  return list.filter((output) => output instanceof Tensor).filter(({ dtype }) => isFloatingPoint(dtype))
}

function isNear(a: number, b: number, atol: number, rtol: number): boolean {
  return Math.abs(a - b) <= atol + rtol * Math.abs(b) || (Number.isNaN(a) && Number.isNaN(b))
}
