import { type HostEngine, onHostEngine } from '@unroll/kernels'
import { currentCall } from '../autograd/anomaly.ts'
import {
  attachAll,
  checkUnchanged,
  type Recording,
  type RecordOptions,
  type Rule,
  record as recordOf,
  setOptions,
} from '../autograd/apply.ts'
import { edgeOf } from '../autograd/edges.ts'
import { type Edge, Node, type Through } from '../autograd/node.ts'
import type { Walk } from '../strided/strided.ts'
import { type Tensor, tensorOf } from '../tensor.ts'
import { TensorBase } from '../tensorBase.ts'

/** Gradients of inputs, in their order. Those that are zero, or that nobody wants, may be null, undefined or false. */
export type InputGradients = readonly (Tensor | null | undefined | false)[]

/**
 * The rule of an operation: asked once, when the operation is recorded. It returns the function that computes the gradients of the
 * inputs from those of the results; null stands for zeros.
 */
export type GradientRule = (recording: Recording) => (gradients: readonly (Tensor | null)[]) => InputGradients

/**
 * Records what a layer computed from `inputs`, if gradients are enabled and one of them requires them.
 * @param name as `gradFn` shows it: `LSTMBackward`
 * @param inputs tensors, or null
 * @param results fresh tensors, which nobody else has seen
 *
 * @example
 * const y = ofFloats(engine.map('exp', elementsOf(x)), x.shape)
 * record('ExpBackward0', [x], [y], ({ save }) => {
 *   const result = save(y)
 *   return ([gradient]) => [gradient?.mul(result())]
 * })
 */
export function record(
  name: string,
  inputs: readonly (Tensor | null)[],
  results: readonly Tensor[],
  rule: GradientRule,
  options?: RecordOptions,
): void {
  const own: Rule = (recording) => {
    const backward = rule(recording)
    return (gradients) => backward(tensorsOf(gradients))
  }
  recordOf(name, inputs, results, own, options)
}

/** An output from which the others were computed: a cell's state. */
export type ThroughOutputs = Through<Tensor>

interface WithThrough {
  /** What reaches a result through others, which the rule adds by itself. */
  readonly through?: ThroughOutputs | null
}

/**
 * The same for an operation that needs all of its inputs on the way back, and {@link isRecorded}. It takes less memory than to save each
 * input. Backward throws if one was changed in place.
 * @param results fresh tensors, or null
 * @param engine has computed them, and computes the gradients
 * @param rule computes the gradients of the inputs that are wanted, from those of the results
 */
export function recordInputs(
  name: string,
  inputs: readonly (Tensor | null)[],
  results: readonly (Tensor | null)[],
  engine: HostEngine,
  rule: (gradients: readonly (Tensor | null)[], wants: (input: number) => boolean) => InputGradients,
  options: RecordOptions & WithThrough = {},
): void {
  const count = inputs.length
  const edges = new Array<Edge<TensorBase> | null>(count)
  const walks = new Array<Walk | null>(count)
  const versions = new Array<number>(count)
  for (let k = 0; k < count; k++) {
    const input = inputs[k] ?? null
    edges[k] = edgeOf(input)
    walks[k] = input && TensorBase.walkOf(input)
    versions[k] = input === null ? 0 : input.version
  }
  const node = new Node<TensorBase>(name, edges, currentCall(), engine)
  node.keepsTensors = true
  const checkInputs = (): void => {
    for (const [k, input] of inputs.entries()) if (input) checkUnchanged(node, input, walks[k], versions[k])
  }
  node.computeBy((gradients) => {
    checkInputs()
    return rule(tensorsOf(gradients), (input) => node.wants(input))
  })
  const { through } = options
  if (through) {
    const gradient = (gradients: readonly (TensorBase | null)[]): Tensor | null => {
      checkInputs()
      return onHostEngine(engine, () => through.gradient(tensorsOf(gradients)))
    }
    node.through = { output: through.output, gradient }
  }
  attachAll(results, node)
  setOptions(node, options)
}

/**
 * The same for what a device computed from inputs, which {@link isRecorded}: `backwardAsync` waits for the gradients.
 * @param device the engine, as messages name it
 */
export function recordOnDevice(
  name: string,
  inputs: readonly (Tensor | null)[],
  results: readonly (Tensor | null)[],
  device: string,
  backward: (
    gradients: readonly (Tensor | null)[],
    wants: (input: number) => boolean,
  ) => Promise<InputGradients>,
  { keeps = null, through = null }: Pick<RecordOptions, 'keeps'> & WithThrough = {},
): void {
  const node = new Node<TensorBase>(name, inputs.map(edgeOf))
  node.keepsTensors = true
  node.keeps = keeps
  node.through = through && {
    output: through.output,
    gradient: (gradients) => through.gradient(tensorsOf(gradients)),
  }
  node.computeOnDevice(device, (gradients) => backward(tensorsOf(gradients), (input) => node.wants(input)))
  attachAll(results, node)
}

function tensorsOf(gradients: readonly (TensorBase | null)[]): (Tensor | null)[] {
  return gradients.map((gradient) => gradient && tensorOf(gradient))
}
