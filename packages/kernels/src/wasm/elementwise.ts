import { allocate } from '../allocate.ts'
import { checkPair, checkResult, checkSoftmax, dtypeOf, functionOf } from '../checks/operands.ts'
import type { BinaryFunction, SoftmaxOperands, UnaryFunction } from '../contract/matrix.ts'
import type { FloatArray, FloatDType } from '../contract/recurrent.ts'
import { binaryNumbers, unaryNumbers } from './generated/assembly.ts'
import type { WasmInstance } from './instance.ts'
import { elementBytes } from './panels.ts'
import { scratchOf } from './scratch.ts'

// Operands pass through a small area, a chunk at a time. The chunk stays in the second-level cache between the copy in and
// the copy out, and the memory does not grow with the tensors.

/** Bytes of an operand's chunk. */
const chunkBytes = 64 * 1024

export function map(instance: WasmInstance, f: UnaryFunction, x: FloatArray): FloatArray {
  const { mapF32, mapF64 } = instance.exports
  const kernel = dtypeOf(x) === 'float32' ? mapF32 : mapF64
  const operation = functionOf('map', unaryNumbers, f)
  return inChunks(instance, [x], x.length, chunkLength(x), ([a = 0], count) => kernel(operation, a, count))
}

export function zip(instance: WasmInstance, f: BinaryFunction, x: FloatArray, y: FloatArray): FloatArray {
  const { zipF32, zipF64 } = instance.exports
  const kernel = dtypeOf(x) === 'float32' ? zipF32 : zipF64
  const operation = functionOf('zip', binaryNumbers, f)
  return inChunks(instance, [x, y], checkPair(x, y), chunkLength(x), ([a = 0, b = 0], count) =>
    kernel(operation, a, b, count),
  )
}

export function softmax(instance: WasmInstance, operands: SoftmaxOperands): FloatArray {
  checkSoftmax(operands)
  const { x, columns, log = false } = operands
  const { softmaxF32, softmaxF64 } = instance.exports
  const kernel = dtypeOf(x) === 'float32' ? softmaxF32 : softmaxF64
  const rows = Math.max(1, Math.floor(chunkLength(x) / Math.max(1, columns)))
  return inChunks(instance, [x], x.length, rows * columns, ([a = 0], count) =>
    kernel(log ? 1 : 0, a, count / columns, columns),
  )
}

/** Combines the `length` elements at address `to` with those at `from`, in place at `to`. Both areas need room up to the next 16 bytes. */
export function zipAt(
  instance: WasmInstance,
  dtype: FloatDType,
  f: BinaryFunction,
  to: number,
  from: number,
  length: number,
): void {
  const { zipF32, zipF64 } = instance.exports
  const kernel = dtype === 'float32' ? zipF32 : zipF64
  kernel(binaryNumbers[f], to, from, length)
}

/** The same as {@link map}, in the area that the instance keeps. */
export function mapInto(instance: WasmInstance, f: UnaryFunction, x: FloatArray, out: FloatArray): void {
  const operation = functionOf('map', unaryNumbers, f)
  checkResult('map', out, x.length, dtypeOf(x))
  const { mapF32, mapF64 } = instance.exports
  const kernel = dtypeOf(x) === 'float32' ? mapF32 : mapF64
  const scratch = scratchOf(instance)
  const area = scratch.floats(dtypeOf(x))
  for (let start = 0; start < x.length; start += area.length) {
    const count = Math.min(area.length, x.length - start)
    // One element at a time: a view would be an allocation.
    for (let i = 0; i < count; i++) area[i] = x[start + i] ?? 0
    kernel(operation, scratch.address, count)
    for (let i = 0; i < count; i++) out[start + i] = area[i] ?? 0
  }
}

/** The same as {@link softmax}, in the area that the instance keeps, if a row fits in it. */
export function softmaxInto(instance: WasmInstance, operands: SoftmaxOperands, out: FloatArray): void {
  checkSoftmax(operands)
  const { x, columns, log = false } = operands
  checkResult('softmax', out, x.length, dtypeOf(x))
  const { softmaxF32, softmaxF64 } = instance.exports
  const kernel = dtypeOf(x) === 'float32' ? softmaxF32 : softmaxF64
  const scratch = scratchOf(instance)
  const area = scratch.floats(dtypeOf(x))
  if (columns > area.length) {
    out.set(softmax(instance, operands))
    return
  }
  const chunk = Math.floor(area.length / Math.max(1, columns)) * columns
  for (let start = 0; start < x.length; start += chunk) {
    const count = Math.min(chunk, x.length - start)
    for (let i = 0; i < count; i++) area[i] = x[start + i] ?? 0
    kernel(log ? 1 : 0, scratch.address, count / columns, columns)
    for (let i = 0; i < count; i++) out[start + i] = area[i] ?? 0
  }
}

/** Elements of a chunk. */
function chunkLength(x: FloatArray): number {
  return chunkBytes / x.BYTES_PER_ELEMENT
}

/**
 * Runs `work` on chunks of at most `chunk` elements. It gets the addresses of the operands' areas and leaves its results in the
 * first. An operand of one element is repeated.
 * @param length how many elements the result has
 */
function inChunks(
  instance: WasmInstance,
  operands: readonly [FloatArray, ...FloatArray[]],
  length: number,
  chunk: number,
  work: (addresses: readonly number[], count: number) => void,
): FloatArray {
  const dtype = dtypeOf(operands[0])
  const most = Math.min(length, chunk)
  // Areas have whole vectors: kernels compute the last elements as part of one.
  const bytes = Math.ceil((most * elementBytes(dtype)) / 16) * 16
  const base = instance.allocate(bytes * operands.length)
  try {
    const addresses = operands.map((_, index) => base + index * bytes)
    const areas = addresses.map((address) => instance.floats(dtype, address, most))
    const out = allocate(dtype, length)
    for (let start = 0; start < length; start += most) {
      const count = Math.min(most, length - start)
      operands.forEach((operand, index) => {
        const area = areas[index]
        if (operand.length === 1) area?.fill(operand[0] ?? 0)
        else area?.set(count === length ? operand : operand.subarray(start, start + count))
      })
      work(addresses, count)
      const [result] = areas
      if (result) out.set(count === most ? result : result.subarray(0, count), start)
    }
    return out
  } finally {
    instance.release(base)
  }
}
