// Rows of a tensor, its positions of dimension 0, copied into several tensors, and back. Each is the gradient of the other.

import { apply, record } from '../autograd/apply.ts'
import * as pick from '../strided/pick.ts'
import { dense } from '../strided/strided.ts'
import { TensorBase } from '../tensorBase.ts'

/** A tensor for each list of places, with the rows at these places. No row is in two lists. */
export function takeRows(name: string, x: TensorBase, places: readonly Int32Array[]): TensorBase[] {
  const walk = TensorBase.walkOf(x)
  const results = places.map((own) => TensorBase.fresh(x, pick.takePositions(walk, 0, own)))
  const [rows = 0, ...trailing] = x.shape
  record(name, [x], results, () => (gradients) => {
    const some = gradients.find((gradient) => gradient !== null)
    if (!some) return []
    const parts = gradients.map(
      (gradient, k) =>
        gradient ?? TensorBase.fresh(some, dense([places[k]?.length ?? 0, ...trailing], some.dtype)),
    )
    return [putRows(name, parts, places, rows, null)]
  })
  return results
}

/** A tensor of `rows` rows: row `r` of part `k` at `places[k][r]`, where no two meet, and `padding`, a scalar, elsewhere. */
export function putRows(
  name: string,
  parts: readonly TensorBase[],
  places: readonly Int32Array[],
  rows: number,
  padding: TensorBase | null,
): TensorBase {
  const [first] = parts
  if (!first) throw new RangeError(`${name}: expected at least one tensor, got none`)
  const walks = parts.map((part) => TensorBase.walkOf(part))
  const result = TensorBase.fresh(
    first,
    pick.putRows(walks, places, rows, padding && TensorBase.walkOf(padding)),
  )
  return apply(
    name,
    parts,
    result,
    () =>
      ([g]) =>
        g ? takeRows(name, g, places) : [],
  )
}
