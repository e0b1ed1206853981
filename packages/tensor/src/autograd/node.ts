import { currentHostEngine, type HostEngine, onHostEngine } from '@unroll/kernels'
import type { DType } from '../dtype.ts'
import { RuntimeError } from '../errors.ts'
import { Inspectable } from '../format/inspectable.ts'

/** Where the gradient of an input goes: the input is output `output` of `node`. */
export interface Edge<T> {
  readonly node: Node<T>
  readonly output: number
  /** Shape and dtype of the input, and so of its gradient. */
  readonly shape: readonly number[]
  readonly dtype: DType
}

/** Gradients of inputs. Zeros, and those that nobody wants, may be null, undefined or false. */
export type Gradients<T> = readonly (T | null | undefined | false)[]

/** Computes the gradient of each input from that of each output. Null stands for zeros. */
export type Backward<T> = (gradients: readonly (T | null)[]) => Gradients<T>

/** The same for an operation that a device computed. */
export type DeviceBackward<T> = (gradients: readonly (T | null)[]) => Promise<Gradients<T>>

/** An output from which other outputs were computed, as a cell's state is. The operation itself takes only what reaches it directly. */
export interface Through<T> {
  readonly output: number
  /** What reaches it through the others. Asked only where somebody looks at its gradient. */
  readonly gradient: (gradients: readonly (T | null)[]) => T | null
}

/** Gets a gradient. If it returns a tensor, that takes its place. */
export type Hook<T> = (gradient: T) => unknown

/** What holds memory until it is disposed. */
export interface Resource {
  dispose(): void
}

let made = 0

/**
 * An operation that was recorded, or the end of the way back: a leaf that sums up its gradient. `T` is the tensor; this file does
 * not know it.
 */
export class Node<T> extends Inspectable {
  /** As PyTorch prints it: `AddBackward0`. */
  readonly name: string
  /** Later nodes have larger numbers, so the way back falls. */
  readonly order: number = made++
  /** One for each input; null if it needs no gradient. */
  readonly edges: readonly (Edge<T> | null)[]
  /** How many outputs of floats it has. */
  outputs = 0
  /** Hooks of each output, by its number. */
  hooks: Map<number, Set<Hook<T>>> | null = null
  /** Outputs that keep their gradient, by number. */
  retained: Map<number, T> | null = null
  /** Whether it keeps tensors of the way forward, which {@link Node.release} frees. */
  keepsTensors = false
  /** What it keeps besides tensors, and disposes when they are freed. */
  keeps: Resource | null = null
  /** Whether each gradient that it gives is a tensor that nobody else holds. */
  givesOwn = false
  /** Whether it is given the gradients that arrive one by one, of any shape, instead of their sums. */
  gathers = false
  through: Through<T> | null = null
  /** The nodes that the current way back visits; null if it visits all. */
  path: ReadonlySet<Node<T>> | null = null
  /** Where the operation was called, in `detectAnomaly`. */
  readonly calledAt: string | null
  /** The device that computes its gradients; null for the host. */
  device: string | null = null
  /** The engine that computed it, and so its gradients. */
  private readonly engine: HostEngine
  /** Null once it was released. */
  private compute: Backward<T> | null = null
  private computeThere: DeviceBackward<T> | null = null

  constructor(
    name: string,
    edges: readonly (Edge<T> | null)[],
    calledAt: string | null = null,
    engine: HostEngine = currentHostEngine(),
  ) {
    super()
    this.name = name
    this.edges = edges
    this.calledAt = calledAt
    this.engine = engine
  }

  /** As consoles show it: `<AddBackward0>`. */
  override toString(): string {
    return `<${this.name}>`
  }

  /** Vue's mark for objects that it must not wrap. */
  get __v_skip(): true {
    return true
  }

  /** Sets how gradients are computed: on the engine that computes now. */
  computeBy(backward: Backward<T>): void {
    this.compute = backward
  }

  /** The same for an operation that a device computed. */
  computeOnDevice(name: string, backward: DeviceBackward<T>): void {
    this.device = name
    this.computeThere = backward
  }

  /** Whether the gradient of this input is needed. */
  wants(input: number): boolean {
    const edge = this.edges[input]
    return edge != null && (this.path === null || this.path.has(edge.node))
  }

  /**
   * The gradients of the inputs; a promise if {@link Node.device} is not null.
   * @throws RuntimeError after {@link Node.release}, if it kept tensors
   */
  backward(gradients: readonly (T | null)[]): Gradients<T> | Promise<Gradients<T>> {
    const { compute, computeThere } = this
    if (computeThere !== null) return computeThere(gradients)
    if (compute !== null) return onHostEngine(this.engine, () => compute(gradients))
    throw new RuntimeError(
      `backward: ${this.name} has given back what it kept of the way forward; for a second backward through the same ` +
        'operations, call the first one with { retainGraph: true }. A state that is carried over needs detach()',
    )
  }

  /** Frees the tensors that it keeps. */
  release(): void {
    if (!this.keepsTensors) return
    this.compute = null
    this.computeThere = null
    this.keeps?.dispose()
    this.keeps = null
    this.through = null
  }

  /** Lets an output keep its gradient in `grad`. */
  retain(output: number, tensor: T): void {
    this.retained ??= new Map()
    this.retained.set(output, tensor)
  }

  /** Adds a hook of one output. The result removes it. */
  addHook(output: number, hook: Hook<T>): { remove(): void } {
    this.hooks ??= new Map()
    const hooks = this.hooks.get(output) ?? new Set()
    this.hooks.set(output, hooks)
    // A function may be added twice.
    const own: Hook<T> = (gradient) => hook(gradient)
    hooks.add(own)
    return { remove: () => void hooks.delete(own) }
  }
}
