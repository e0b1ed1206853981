// Gradients of views: elements of a region of a tensor's memory, and the tensor that has them there and zeros elsewhere.

import { allocate, isHalf, type NumberArray } from '../dtype.ts'
import { Storage } from '../storage.ts'
import { cast, copyOf } from './cast.ts'
import { map, type UnaryLoop } from './loop.ts'
import { dense, heldNumbers, isContiguous, numbersOf, numelOf, type Strided, Walk } from './strided.ts'
import { expand } from './views.ts'

/** How a tensor walks memory, without the memory. */
export type Geometry = Pick<Strided, 'shape' | 'strides' | 'offset'>

/**
 * A tensor of the shape of `whole`, row-major: zeros, and `source` (shape of `region`) at the elements of `region`. Where a region
 * has one element at several places, they add up; where `whole` has, they share, as in PyTorch.
 */
export function embed(source: Strided, whole: Geometry, region: Geometry): Strided {
  // Halves do not add up as the numbers they stand for.
  if (isHalf(source.dtype)) return cast(embed(cast(source, 'float32'), whole, region), source.dtype)
  const { base, part, result } = memoryOf(whole, region, source)
  map(accumulate, heldNumbers(part), heldNumbers(source))
  return result ?? copyOf(shared(base))
}

/** The elements of `source` (shape of `whole`) at the elements of `region`, row-major. Elements outside of `whole` are 0. */
export function extract(source: Strided, whole: Geometry, region: Geometry): Strided {
  if (isHalf(source.dtype)) return cast(extract(cast(source, 'float32'), whole, region), source.dtype)
  if (isContiguous(source) && isContiguous(whole)) {
    const { storage, offset, dtype } = source
    const at = region.offset - whole.offset
    if (at >= 0 && endOf(region) - whole.offset <= numelOf(whole.shape)) {
      return copyOf(new Walk(storage, region.shape, region.strides, offset + at, dtype))
    }
  }
  const { base, part } = memoryOf(whole, region, source)
  map(accumulate, heldNumbers(base), heldNumbers(source))
  shared(base)
  return copyOf(part)
}

/** Divides each element by the number of places that it has in `t`. */
function shared(t: Strided): Strided {
  if (!t.shape.some((size, dim) => size > 1 && t.strides[dim] === 0)) return t
  const places = new Walk(
    new Storage(new Float64Array(t.storage.elements.length)),
    t.shape,
    t.strides,
    t.offset,
    'float64',
  )
  map(accumulate, heldNumbers(places), heldNumbers(expand(dense([], 'float64', Float64Array.of(1)), t.shape)))
  const [data, counts] = [numbersOf(t), numbersOf(places)]
  for (let k = 0; k < data.length; k++) data[k] = (data[k] ?? 0) / Math.max(counts[k] ?? 1, 1)
  return t
}

/** Zeros that `whole` and `region` both walk. `result` is `whole` if that is row-major and has the memory to itself. */
function memoryOf(
  whole: Geometry,
  region: Geometry,
  { dtype }: Strided,
): { base: Strided; part: Strided; result: Strided | null } {
  const start = Math.min(whole.offset, region.offset)
  const end = Math.max(endOf(whole), endOf(region))
  const storage = new Storage(allocate(dtype, Math.max(end - start, 0)))
  const walk = ({ shape, strides, offset }: Geometry) =>
    new Walk(storage, shape, strides, offset - start, dtype)
  const isAlone = isContiguous(whole) && numelOf(whole.shape) === end - start
  return {
    base: walk(whole),
    part: walk(region),
    result: isAlone ? dense(whole.shape, dtype, storage.elements) : null,
  }
}

/** The position behind the last element. */
function endOf({ shape, strides, offset }: Geometry): number {
  if (shape.includes(0)) return offset
  return shape.reduce((sum, size, dim) => sum + (size - 1) * (strides[dim] ?? 0), offset + 1)
}

const accumulate: UnaryLoop<NumberArray> = (n, out, o, so, a, i, si) => {
  for (let k = 0; k < n; k++) out[o + k * so] = (out[o + k * so] ?? 0) + (a[i + k * si] ?? 0)
}
