// Changes in place. What was recorded of a tensor before is the input of the change; the tensor, and every view of the same memory,
// then is a result of it.

import { apply, isRecorded } from '../autograd/apply.ts'
import { attach, edgeOf, historyOf, nodeOf } from '../autograd/edges.ts'
import { isGradEnabled } from '../autograd/gradMode.ts'
import { history } from '../autograd/history.ts'
import { Node } from '../autograd/node.ts'
import { isFloatingPoint } from '../dtype.ts'
import { RuntimeError } from '../errors.ts'
import { operandOf, recordOf } from '../operands.ts'
import { copyInto, copyOf } from '../strided/cast.ts'
import * as strided from '../strided/elementwise.ts'
import type * as operators from '../strided/operators.ts'
import { dense, numelOf, type Strided } from '../strided/strided.ts'
import { expand as expandStrided } from '../strided/views.ts'
import { TensorBase } from '../tensorBase.ts'
import { inFloats, to } from './casts.ts'
import { eq, type Operand, where, zerosLike } from './elementwise.ts'

/** Copies the elements of `source`, broadcast and converted. */
export function copyFrom(t: TensorBase, source: TensorBase): void {
  const from = recordOf('copy_', 'the source', source)
  const copied = (before: TensorBase) => {
    const result = TensorBase.fresh(t, copyOf(TensorBase.walkOf(before)))
    copyInto(TensorBase.walkOf(result), from, 'copy_')
    return apply('CopyBackwards', [before, source], result, ({ wants }) => ([g]) => [
      wants(0) && g && zerosLike(g),
      g,
    ])
  }
  refuseOverlap('copy_', t)
  change('copy_', t, [source], copied, (into) => copyInto(into, from, 'copy_'))
}

/** `t = operator(t, other)` */
export function combine(
  operator: operators.BinaryOperator,
  compute: (x: TensorBase, y: Operand) => TensorBase,
  t: TensorBase,
  other: Operand,
): void {
  const who = `${operator.name}_`
  const operand = operandOf(who, other)
  const write = (into: Strided) => strided.binaryInto(operator, into, operand)
  refuseOverlap(who, t)
  change(who, t, [other], (before) => asBefore(who, compute(before, other), before), write)
}

/** A result in the shape and dtype that a tensor had. @throws RuntimeError if its shape is another */
function asBefore(who: string, result: TensorBase, before: TensorBase): TensorBase {
  expandStrided(TensorBase.walkOf(result), before.shape, who)
  return to(result, before.dtype)
}

/** Writes elements that do not depend on what was there before. */
export function overwrite(who: string, name: string, t: TensorBase, write: (into: Strided) => void): void {
  const compute = (before: TensorBase) => {
    const result = TensorBase.fresh(t, copyOf(TensorBase.walkOf(before)))
    write(TensorBase.walkOf(result))
    return apply(name, [before], result, () => ([g]) => [g && zerosLike(g)])
  }
  change(who, t, [], compute, write)
}

/**
 * Changes `t` in place.
 * @param inputs what the change depends on, besides `t`
 * @param compute the same as a fresh tensor of `t`'s shape and dtype, from what `t` was; called if the change is recorded
 * @param write writes the change into the memory; called if it is not
 * @throws RuntimeError for leaves that require gradients and their views, unless in noGrad(); for views that may not be changed
 */
function change(
  who: string,
  t: TensorBase,
  inputs: readonly unknown[],
  compute: (before: TensorBase) => TensorBase,
  write: (into: Strided) => void,
): void {
  // Integers and bools have no gradient, so what they take in is no history of theirs.
  if (!isFloatingPoint(t.dtype) || !isRecorded([t, ...inputs])) {
    write(TensorBase.walkOf(t))
    return
  }
  refuseChange(who, t)
  refuseFrozen(who, t)
  const before = TensorBase.fresh(t, copyOf(TensorBase.walkOf(t)))
  const edge = edgeOf(t)
  if (edge !== null) attach(before, edge.node, edge.output)
  const result = compute(before)
  copyInto(TensorBase.walkOf(t), TensorBase.walkOf(result), who)
  takeOver(t, result)
}

/** @throws RuntimeError if a library has frozen the tensor that would become a result of the change */
function refuseFrozen(who: string, t: TensorBase): void {
  const changed = t[history]?.view?.base ?? t
  if (changed[history] !== null || !Object.isFrozen(changed)) return
  throw new RuntimeError(
    `${who}: a frozen tensor cannot become a result of what requires gradients; change it inside noGrad(() => ...), or a clone()`,
  )
}

/** Lets `t` forget whose memory it was, since it gets another. @throws RuntimeError if it was computed */
export function cutHistory(who: string, t: TensorBase): void {
  refuseChange(who, t)
  const node = nodeOf(t)
  if (node !== null) {
    throw new RuntimeError(`${who}: a result of ${node.name} cannot take other memory; use detach()`)
  }
  const own = t[history]
  if (own !== null) own.view = null
}

/** @throws RuntimeError if several elements of `t` are one in memory, so that it matters which is written last */
export function refuseOverlap(who: string, t: TensorBase): void {
  if (t.numel > 0 && t.shape.some((size, dim) => size > 1 && t.strides[dim] === 0)) {
    throw new RuntimeError(
      `${who}: several elements of this expanded view are one in memory; use clone() first`,
    )
  }
}

/** @throws RuntimeError for leaves that require gradients, and for views that must not be changed */
function refuseChange(who: string, t: TensorBase): void {
  if (!isGradEnabled()) return
  const remedy = 'change it inside noGrad(() => ...)'
  const view = t[history]?.view ?? null
  if (view !== null && view.origin === 'noGrad') {
    throw new RuntimeError(
      `${who}: this view was made in noGrad() and would be changed outside; do both inside, or both outside`,
    )
  }
  const leaf = isLeafOfGradients(t) ? t : view !== null && isLeafOfGradients(view.base) ? view.base : null
  if (leaf !== null) {
    const what = leaf === t ? 'this tensor' : 'this is a view of a tensor that'
    throw new RuntimeError(`${who}: ${what} requires gradients; ${remedy}`)
  }
  if (view !== null && view.origin === 'several') {
    throw new RuntimeError(
      `${who}: this view is one of several that ${nodeOf(t)?.name ?? 'one operation'} made, which cannot be changed in place; ` +
        'use add(), mul(), ... or select()',
    )
  }
}

function isLeafOfGradients(t: TensorBase): boolean {
  return t.requiresGrad && nodeOf(t) === null
}

/** Lets `t` be `result`, whose elements it has, and the base of `t`, if it is a view, be the same but for these elements. */
function takeOver(t: TensorBase, result: TensorBase): void {
  const node = nodeOf(result)
  if (node === null) return
  const view = t[history]?.view ?? null
  if (view === null) {
    attach(t, node, historyOf(result).output)
    return
  }
  const { base, ways } = view
  const copied = new Node('CopySlices', [edgeOf(base), edgeOf(result)])
  const { shape } = t
  copied.computeBy(([g]) => {
    if (!g) return []
    const ones = TensorBase.fresh(g, dense(shape, 'float32', new Float32Array(numelOf(shape)).fill(1)))
    return [
      copied.wants(0) && inFloats(g, (floats) => where(eq(ways.toBase(ones, base, t), 0), floats, 0)),
      copied.wants(1) && ways.ofBase(g, base, t),
    ]
  })
  attach(base, copied, 0)
}
