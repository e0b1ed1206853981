/** What the host sees of every build: memory, and each operation in both element types. */
import { leave } from './barrier'
import { Part } from './call'
import { Binary, map, Unary, zip } from './elementwise'
import { matmul, matmulTransposed, packMatrix } from './matrix'
import { packPanels } from './pack'
import { softmax } from './softmax'

/** Where free memory begins. The host hands it out. */
export function heapBase(): usize {
  return __heap_base
}

/** Sends away all threads that wait in the barrier of a part's group, now or later: they trap. */
export function abandon(part: Part): void {
  if (part.parties > 1) leave(part.barrier)
}

export function packPanelsF32(to: usize, from: usize, depth: usize, units: usize, gates: usize): void {
  packPanels<f32>(to, from, depth, units, gates)
}

export function packPanelsF64(to: usize, from: usize, depth: usize, units: usize, gates: usize): void {
  packPanels<f64>(to, from, depth, units, gates)
}

export function matmulF32(out: usize, a: usize, b: usize, bias: usize, tile: usize, padded: usize, rows: usize, depth: usize, columns: usize): void {
  matmul<f32>(out, a, b, bias, tile, padded, rows, depth, columns)
}

export function matmulF64(out: usize, a: usize, b: usize, bias: usize, tile: usize, padded: usize, rows: usize, depth: usize, columns: usize): void {
  matmul<f64>(out, a, b, bias, tile, padded, rows, depth, columns)
}

export function matmulTransposedF32(out: usize, a: usize, b: usize, bias: usize, tile: usize, padded: usize, rows: usize, depth: usize, columns: usize): void {
  matmulTransposed<f32>(out, a, b, bias, tile, padded, rows, depth, columns)
}

export function matmulTransposedF64(out: usize, a: usize, b: usize, bias: usize, tile: usize, padded: usize, rows: usize, depth: usize, columns: usize): void {
  matmulTransposed<f64>(out, a, b, bias, tile, padded, rows, depth, columns)
}

export function packRowsF32(to: usize, from: usize, depth: usize, columns: usize): void {
  packMatrix<f32>(to, from, depth, columns)
}

export function packRowsF64(to: usize, from: usize, depth: usize, columns: usize): void {
  packMatrix<f64>(to, from, depth, columns)
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
