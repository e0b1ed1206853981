/** What the host sees: memory, and each operation in both element types. */
import { backward } from './backward'
import { BackwardCall } from './backwardCall'
import { leave } from './barrier'
import { Call, Part } from './call'
import { Binary, map, Unary, zip } from './elementwise'
import { closeGaps as close, matmul, packMatrix } from './matrix'
import { packPanels, packTransposed } from './pack'
import { recurrent } from './recurrent'
import { softmax } from './softmax'

/** Where free memory begins. The host hands it out. */
export function heapBase(): usize {
  return __heap_base
}

/** Sends away all threads that wait in the barrier of a part's group, now or later: they trap. */
export function abandon(part: Part): void {
  if (part.parties > 1) leave(part.barrier)
}

export function packPanelsF32(to: usize, from: usize, depth: usize, units: usize, gates: usize, columnStride: usize, kStride: usize): void {
  packPanels<f32>(to, from, depth, units, gates, columnStride, kStride)
}

export function packPanelsF64(to: usize, from: usize, depth: usize, units: usize, gates: usize, columnStride: usize, kStride: usize): void {
  packPanels<f64>(to, from, depth, units, gates, columnStride, kStride)
}

/** Computes a part of a sequence, on the way forth or back. */
export function recurrentF32(part: Part): void {
  if (part.isBackward != 0) backward<f32>(changetype<BackwardCall>(part))
  else recurrent<f32>(changetype<Call>(part))
}

export function recurrentF64(part: Part): void {
  if (part.isBackward != 0) backward<f64>(changetype<BackwardCall>(part))
  else recurrent<f64>(changetype<Call>(part))
}

export function packTransposedF32(to: usize, from: usize, depth: usize, units: usize, gates: usize): void {
  packTransposed<f32>(to, from, depth, units, gates)
}

export function packTransposedF64(to: usize, from: usize, depth: usize, units: usize, gates: usize): void {
  packTransposed<f64>(to, from, depth, units, gates)
}

export function matmulF32(out: usize, a: usize, b: usize, bias: usize, tile: usize, padded: usize, rows: usize, depth: usize, columns: usize): void {
  matmul<f32>(out, a, b, bias, tile, padded, rows, depth, columns)
}

export function matmulF64(out: usize, a: usize, b: usize, bias: usize, tile: usize, padded: usize, rows: usize, depth: usize, columns: usize): void {
  matmul<f64>(out, a, b, bias, tile, padded, rows, depth, columns)
}

export function packRowsF32(to: usize, from: usize, depth: usize, columns: usize): void {
  packMatrix<f32>(to, from, depth, columns)
}

export function packRowsF64(to: usize, from: usize, depth: usize, columns: usize): void {
  packMatrix<f64>(to, from, depth, columns)
}

export function closeGaps(at: usize, blocks: usize, blockRows: usize, rows: usize, stride: usize, bytes: usize): void {
  close(at, blocks, blockRows, rows, stride, bytes)
}

export function mapF32(operation: Unary, a: usize, count: usize): void {
  map<f32>(operation, a, count)
}

export function mapF64(operation: Unary, a: usize, count: usize): void {
  map<f64>(operation, a, count)
}

export function zipF32(operation: Binary, a: usize, b: usize, count: usize): void {
  zip<f32>(operation, a, b, count)
}

export function zipF64(operation: Binary, a: usize, b: usize, count: usize): void {
  zip<f64>(operation, a, b, count)
}

export function softmaxF32(logarithm: bool, x: usize, rows: usize, columns: usize): void {
  softmax<f32>(logarithm, x, rows, columns)
}

export function softmaxF64(logarithm: bool, x: usize, rows: usize, columns: usize): void {
  softmax<f64>(logarithm, x, rows, columns)
}
