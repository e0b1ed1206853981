import { isFloatingPoint } from '../dtype.ts'
import { RuntimeError } from '../errors.ts'
import { shapeText, type Walk } from '../strided/strided.ts'
import { TensorBase } from '../tensorBase.ts'
import { currentCall } from './anomaly.ts'
import { attach, edgeOf, nodeOf } from './edges.ts'
import { isGradEnabled } from './gradMode.ts'
import { History, history, type ViewWays } from './history.ts'
import { type Backward, Node, type Resource } from './node.ts'

/** What the rule of an operation asks while the operation is recorded, and on the way back. */
export interface Recording {
  /** Keeps an input, an output or a number for the way back. The result gives it back, and throws if it is a tensor that was changed since. */
  save<T>(value: T): () => T
  /** Whether the gradient of this input is needed. On the way back it may be that fewer are. */
  wants(input: number): boolean
}

/**
 * The rule of an operation, which is called if the operation is recorded. It returns the function that computes the gradients of
 * the inputs. These may have a shape to which the input was broadcast, or another dtype: they are summed up and converted.
 */
export type Rule = (recording: Recording) => Backward<TensorBase>

export interface RecordOptions {
  /** Each gradient that the rule gives is a fresh tensor, which nobody else holds: a leaf then keeps it without a copy. */
  readonly givesOwn?: boolean
  /**
   * The rule is given all gradients that arrive, in a list instead of their sum, and they may have any shape. Their order is that of the
   * way back. So what several operations have in common is computed once.
   */
  readonly gathers?: boolean
  /** What the rule keeps besides tensors. It is disposed after the last way back, if there is one. */
  readonly keeps?: Resource | null
}

/**
 * Records an operation if gradients are enabled and one of its inputs requires them.
 * @param name as PyTorch prints it: `AddBackward0`
 * @param inputs tensors, and whatever else the operation took
 * @param results fresh tensors, which nobody else has seen. Integers among them have no gradient.
 */
export function record(
  name: string,
  inputs: readonly unknown[],
  results: readonly TensorBase[],
  rule: Rule,
  options: RecordOptions = {},
): void {
  if (!isRecorded(inputs)) return
  const node = makeNode(name, inputs, rule)
  attachAll(results, node)
  setOptions(node, options)
}

/** Tells a node the options of its operation. */
export function setOptions(
  node: Node<TensorBase>,
  { givesOwn = false, gathers = false, keeps }: RecordOptions,
): void {
  node.givesOwn = givesOwn
  node.gathers = gathers
  node.keeps = keeps ?? null
}

/** Makes the floats among fresh tensors the outputs of a node. Null has none. */
export function attachAll(results: readonly (TensorBase | null)[], node: Node<TensorBase>): void {
  for (let output = 0; output < results.length; output++) {
    const result = results[output]
    if (result && isFloatingPoint(result.dtype)) attach(result, node, output)
  }
}

/** Like {@link record}, for an operation of one result, which it returns. */
export function apply<T extends TensorBase>(
  name: string,
  inputs: readonly unknown[],
  result: T,
  rule: Rule,
): T {
  if (isRecorded(inputs) && isFloatingPoint(result.dtype)) attach(result, makeNode(name, inputs, rule), 0)
  return result
}

/** Tells a fresh view which tensor's memory it walks. Without it, a change of the view in place would be lost on the way back. */
export function markView(
  view: TensorBase,
  source: TensorBase,
  ways: ViewWays<TensorBase>,
  origin: 'plain' | 'several',
): void {
  const above = source[history]?.view ?? null
  const own = new History<TensorBase>()
  own.view = {
    base: above === null ? source : above.base,
    origin: !isGradEnabled() ? 'noGrad' : above === null || above.origin === 'plain' ? origin : above.origin,
    ways,
    version: view.version,
  }
  view[history] = own
}

/** Whether an operation of these inputs is recorded. */
export function isRecorded(inputs: readonly unknown[]): boolean {
  if (!isGradEnabled()) return false
  for (const input of inputs) if (input instanceof TensorBase && input.requiresGrad) return true
  return false
}

/** The node of an operation of these inputs. */
function makeNode(name: string, inputs: readonly unknown[], rule: Rule): Node<TensorBase> {
  const { node, recording } = startNode(name, inputs)
  node.computeBy(rule(recording))
  return node
}

/** A node that does not know yet how its gradients are computed. */
export function startNode(
  name: string,
  inputs: readonly unknown[],
): { node: Node<TensorBase>; recording: Recording } {
  const node = new Node(name, inputs.map(edgeOf), currentCall())
  const recording: Recording = {
    wants: (input) => node.wants(input),
    save: (value) => {
      node.keepsTensors = true
      if (!(value instanceof TensorBase)) return () => value
      const walk = TensorBase.walkOf(value)
      const { version } = value
      return () => {
        checkUnchanged(node, value, walk, version)
        return value
      }
    },
  }
  return { node, recording }
}

/** @throws RuntimeError if a tensor that a node needs is no longer what it was forward */
export function checkUnchanged(
  node: Node<TensorBase>,
  tensor: TensorBase,
  walk: Walk | null | undefined,
  version: number | undefined,
): void {
  if (tensor.version === version && TensorBase.walkOf(tensor) === walk) return
  const changed = nodeOf(tensor)
  throw new RuntimeError(
    `backward: ${node.name} needs a tensor of shape ${shapeText(tensor.shape)}` +
      `${changed === null ? '' : `, the result of ${changed.name},`} as it was forward, but it was changed in place since ` +
      `(version ${tensor.version}, expected ${version}); change a clone(), or change it after backward()` +
      (node.calledAt === null
        ? '; detectAnomaly() shows the call'
        : `\n${node.name} was called:\n${node.calledAt}`),
  )
}
