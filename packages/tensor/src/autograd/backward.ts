import { isFloatingPoint } from '../dtype.ts'
import { RuntimeError } from '../errors.ts'
import { inFloats, to } from '../operations/casts.ts'
import { neg } from '../operations/elementwise.ts'
import { sum } from '../operations/reductions.ts'
import { reshape } from '../operations/views.ts'
import { elementsOf } from '../strided/cast.ts'
import { sameSizes, shapeText } from '../strided/strided.ts'
import { TensorBase } from '../tensorBase.ts'
import { accumulate, addInto, keep } from './accumulate.ts'
import { Accumulator } from './accumulator.ts'
import { isDetectingAnomaly } from './anomaly.ts'
import { withGrad } from './gradMode.ts'
import type { Edge, Gradients, Node } from './node.ts'
import { plus } from './plus.ts'

type GradientNode = Node<TensorBase>

/** Where a way back begins: an output, and its gradient. */
export interface Root {
  readonly edge: Edge<TensorBase>
  readonly gradient: TensorBase
}

export interface WayBack {
  /** Whether operations keep what they need for another way back. */
  readonly retainGraph: boolean
  /** Whether gradients are recorded, so that they have gradients themselves. */
  readonly createGraph: boolean
  /** The inputs whose gradients are computed, and returned; null for all leaves, and none is returned. */
  readonly wanted: readonly Edge<TensorBase>[] | null
  /** Whether leaves sum up what is computed for them. */
  readonly sumsUp: boolean
}

/**
 * Walks back from `roots`, on the host.
 * @returns the gradient of each wanted input; null for those that the roots do not depend on
 * @throws RuntimeError if a device computed a part of it, before anything is computed
 */
export function walkBack(roots: readonly Root[], way: WayBack): (TensorBase | null)[] {
  const walk = new Walk(roots, way)
  const device = walk.nodes.find((node) => node.device !== null)
  if (device) {
    throw new RuntimeError(
      `backward: ${device.name} ran on engine ${device.device}, which computes asynchronously; use await backwardAsync()`,
    )
  }
  const steps = walk.steps()
  for (let step = steps.next(); ; ) {
    if (step.done) return step.value
    if (step.value instanceof Promise) throw new RuntimeError('backward: expected gradients, got a promise')
    step = steps.next(step.value)
  }
}

/** Like {@link walkBack}, but waits for what devices compute. */
export async function walkBackAsync(roots: readonly Root[], way: WayBack): Promise<(TensorBase | null)[]> {
  const steps = new Walk(roots, way).steps()
  for (let step = steps.next(); ; ) {
    if (step.done) return step.value
    const { value } = step
    step = await Promise.resolve(value).then(
      (gradients) => steps.next(gradients),
      (error: unknown) => steps.throw(error),
    )
  }
}

/** The gradients that have arrived at the outputs of each node. */
class Walk {
  /** All nodes on the way, the last first. */
  readonly nodes: readonly GradientNode[]
  private readonly roots: readonly Root[]
  private readonly way: WayBack
  /** The nodes that lead to wanted inputs; null for all. */
  private readonly path: ReadonlySet<GradientNode> | null
  private readonly arrived = new Map<GradientNode, (TensorBase | null)[]>()
  /** How many gradients an accumulator still waits for. */
  private readonly awaited = new Map<Accumulator, number>()
  private readonly found = new Map<GradientNode, (TensorBase | null)[]>()
  /** Gradients that nobody else holds, so that others may be added to them, and leaves may keep them. */
  private readonly own = new Set<TensorBase>()

  constructor(roots: readonly Root[], way: WayBack) {
    this.roots = roots
    this.way = way
    const nodes = reachable(roots.map(({ edge }) => edge.node))
    this.path = way.wanted && leadingTo(nodes, new Set(way.wanted.map(({ node }) => node)))
    const { path } = this
    this.nodes = path ? nodes.filter((node) => path.has(node)) : nodes
    for (const { node } of [
      ...roots.map(({ edge }) => edge),
      ...this.nodes.flatMap((node) => node.edges),
    ].filter((edge) => edge !== null)) {
      if (node instanceof Accumulator) this.awaited.set(node, (this.awaited.get(node) ?? 0) + 1)
    }
  }

  *steps(): Generator<
    Gradients<TensorBase> | Promise<Gradients<TensorBase>>,
    (TensorBase | null)[],
    Gradients<TensorBase>
  > {
    for (const { edge, gradient } of this.roots) this.arrive(edge, gradient)
    for (const node of this.nodes) {
      if (node instanceof Accumulator) continue
      const gradients = this.leave(node)
      // Accumulators behind it wait, even if nothing arrived.
      let got: Gradients<TensorBase> = []
      if (gradients !== null && this.goesOn(node)) {
        node.path = this.path
        try {
          got = yield this.recorded(() => node.backward(gradients))
        } finally {
          node.path = null
        }
        if (!this.way.retainGraph) node.release()
        if (isDetectingAnomaly()) refuseNaN(node, got)
      }
      for (const [input, edge] of node.edges.entries()) {
        const gradient = got[input] || null
        if (edge === null || (this.path && !this.path.has(edge.node))) continue
        if (gradient === null) {
          this.arriveNothing(edge)
          continue
        }
        const fitting = edge.node.gathers ? gradient : this.recorded(() => fit(node.name, gradient, edge))
        this.arrive(edge, fitting, node.givesOwn && edge.node instanceof Accumulator)
      }
    }
    return (this.way.wanted ?? []).map(({ node, output }) => this.found.get(node)?.[output] ?? null)
  }

  private recorded<T>(body: () => T): T {
    return withGrad('backward', this.way.createGraph, body)
  }

  private arrive(edge: Edge<TensorBase>, gradient: TensorBase, isOwn = false): void {
    const { node, output } = edge
    const gradients = this.arrived.get(node) ?? []
    this.arrived.set(node, gradients)
    const before = gradients[output] ?? null
    if (node.gathers) gradients.push(gradient)
    else if (before === null) {
      gradients[output] = gradient
      if (isOwn) this.own.add(gradient)
    } else if (this.own.has(before) && !this.way.createGraph) addInto(before, gradient)
    else gradients[output] = this.recorded(() => plus(before, gradient))
    this.arriveNothing(edge)
  }

  /** Counts for leaves, whose gradients are summed up as soon as they are complete. */
  private arriveNothing({ node }: Edge<TensorBase>): void {
    if (!(node instanceof Accumulator)) return
    const awaited = (this.awaited.get(node) ?? 1) - 1
    this.awaited.set(node, awaited)
    if (awaited > 0) return
    const gradient = this.leave(node)?.[0]
    if (!gradient || !this.way.sumsUp) return
    const isOwn = this.own.delete(gradient) && node.hooks === null
    accumulate(node.leaf, gradient, this.way.createGraph, isOwn)
  }

  /** The complete gradients of a node's outputs, after its hooks; null if there are none. */
  private leave(node: GradientNode): readonly (TensorBase | null)[] | null {
    const gradients = this.arrived.get(node)
    if (gradients === undefined) return null
    this.arrived.delete(node)
    let through: TensorBase | null = null
    for (let output = 0; output < node.outputs; output++) {
      if (output === node.through?.output) through = this.addThrough(node, output, gradients)
      const gradient = gradients[output] ?? null
      gradients[output] = gradient && this.recorded(() => hooked(node, output, gradient))
    }
    for (const [output, tensor] of node.retained ?? []) {
      const gradient = gradients[output]
      if (gradient) keep(tensor, gradient, this.way.createGraph)
    }
    if (this.way.wanted?.some((edge) => edge.node === node)) this.found.set(node, gradients)
    return through === null ? gradients : this.recorded(() => withoutThrough(node, gradients, through))
  }

  /**
   * Adds what reaches an output through those that were computed from it, if somebody looks at its gradient.
   * @returns what it has added
   */
  private addThrough(
    node: GradientNode,
    output: number,
    gradients: (TensorBase | null)[],
  ): TensorBase | null {
    const isLookedAt =
      node.retained?.has(output) ||
      node.hooks?.get(output)?.size ||
      this.way.wanted?.some((edge) => edge.node === node && edge.output === output)
    if (!isLookedAt) return null
    return this.recorded(() => {
      const through = node.through?.gradient(gradients) ?? null
      const direct = gradients[output] ?? null
      gradients[output] = direct === null || through === null ? (direct ?? through) : plus(direct, through)
      return through
    })
  }

  /** Whether anything that is wanted lies behind a node. */
  private goesOn(node: GradientNode): boolean {
    const { path } = this
    return path === null || node.edges.some((edge) => edge !== null && path.has(edge.node))
  }
}

/** All nodes that can be reached, the last first. Chains of nodes may be long, so this does not call itself. */
function reachable(roots: readonly GradientNode[]): GradientNode[] {
  const seen = new Set(roots)
  const open = [...seen]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    for (const edge of node.edges) {
      if (edge === null || seen.has(edge.node)) continue
      seen.add(edge.node)
      open.push(edge.node)
    }
  }
  return [...seen].sort((a, b) => b.order - a.order)
}

/** Those of `nodes`, the last first, that are in `wanted` or lead there. */
function leadingTo(
  nodes: readonly GradientNode[],
  wanted: ReadonlySet<GradientNode>,
): ReadonlySet<GradientNode> {
  const path = new Set<GradientNode>()
  for (const node of nodes.toReversed()) {
    if (wanted.has(node) || node.edges.some((edge) => edge !== null && path.has(edge.node))) path.add(node)
  }
  return path
}

/** The gradients as the operation takes them, which adds by itself what reaches one output through others. */
function withoutThrough(
  { through }: GradientNode,
  gradients: readonly (TensorBase | null)[],
  added: TensorBase,
): (TensorBase | null)[] {
  return gradients.map((gradient, output) =>
    gradient !== null && output === through?.output ? plus(gradient, neg(added)) : gradient,
  )
}

function hooked(node: GradientNode, output: number, gradient: TensorBase): TensorBase {
  let current = gradient
  for (const hook of node.hooks?.get(output) ?? []) {
    const got = hook(current)
    if (got === null || got === undefined) continue
    if (
      !(got instanceof TensorBase && sameSizes(got.shape, gradient.shape) && got.dtype === gradient.dtype)
    ) {
      throw new RuntimeError(
        `registerHook: expected the hook to return a tensor of shape ${shapeText(gradient.shape)} and ${gradient.dtype}, or nothing, ` +
          `got ${got instanceof TensorBase ? `${shapeText(got.shape)} and ${got.dtype}` : String(got)}`,
      )
    }
    current = got
  }
  return current
}

/** A gradient in the shape and dtype of the input it is for: summed up over what was broadcast. */
function fit(name: string, gradient: TensorBase, { shape, dtype }: Edge<TensorBase>): TensorBase {
  if (!(gradient instanceof TensorBase) || !isFloatingPoint(gradient.dtype)) {
    throw new RuntimeError(`backward: ${name} gave a gradient that is not a tensor of floats`)
  }
  const fitting = sameSizes(gradient.shape, shape) ? gradient : sumTo(name, gradient, shape)
  return fitting.dtype === dtype ? fitting : to(fitting, dtype)
}

function sumTo(name: string, gradient: TensorBase, shape: readonly number[]): TensorBase {
  const lead = gradient.ndim - shape.length
  const dims: number[] = []
  for (const [dim, size] of gradient.shape.entries()) {
    const own = shape[dim - lead]
    if (own === size) continue
    if (lead < 0 || (own !== undefined && own !== 1)) {
      throw new RuntimeError(
        `backward: ${name} gave a gradient of shape ${shapeText(gradient.shape)} for an input of shape ${shapeText(shape)}`,
      )
    }
    dims.push(dim)
  }
  const kept = dims.length === 0 ? gradient : inFloats(gradient, (floats) => sum(floats, dims, true))
  return lead === 0 ? kept : reshape(kept, shape)
}

function refuseNaN(node: GradientNode, gradients: Gradients<TensorBase>): void {
  for (const [input, gradient] of gradients.entries()) {
    // Gradients that are gathered are not computed yet.
    if (!gradient || node.edges[input]?.node.gathers || !hasNaN(gradient)) continue
    throw new RuntimeError(
      `detectAnomaly: ${node.name} gave NaN as the gradient of input ${input}` +
        (node.calledAt === null ? '' : `; the operation was called:\n${node.calledAt}`),
    )
  }
}

function hasNaN(t: TensorBase): boolean {
  return elementsOf(TensorBase.walkOf(t)).some(Number.isNaN)
}
