/** What the host sees: memory, and each operation in both element types. */
import { leave } from './barrier'
import { Call } from './call'
import { Binary, map, Unary, zip } from './elementwise'
import { matmul, packMatrix } from './matrix'
import { packPanels } from './pack'
import { recurrent } from './recurrent'
import { softmax } from './softmax'

/** Where free memory begins. The host hands it out. */
export function heapBase(): usize {
  return __heap_base
}

/** Sends away all threads that wait in the barrier of a call's group, now or later: they trap. */
export function abandon(call: Call): void {
  if (call.parties > 1) leave(call.barrier)
}

export function packPanelsF32(to: usize, from: usize, depth: usize, units: usize, gates: usize, columnStride: usize, kStride: usize): void {
  packPanels<f32>(to, from, depth, units, gates, columnStride, kStride)
}

export function packPanelsF64(to: usize, from: usize, depth: usize, units: usize, gates: usize, columnStride: usize, kStride: usize): void {
  packPanels<f64>(to, from, depth, units, gates, columnStride, kStride)
}

export function recurrentF32(call: Call): void {
  recurrent<f32>(call)
}

export function recurrentF64(call: Call): void {
  recurrent<f64>(call)
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
