/** What the host sees: memory, and each operation in both element types. */
import { Call } from './call'
import { gemm } from './gemm'
import { packPanels, packRow, tileHeight } from './pack'
import { recurrent } from './recurrent'
import { panelWidth } from './vector'

/** An area of `bytes`, 16-aligned. Traps where memory cannot grow. */
export function allocate(bytes: usize): usize {
  return heap.alloc(bytes)
}

export function release(address: usize): void {
  heap.free(address)
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

/** `out (rows, columns) = bias + a (rows, depth) b`; b packed, columns whole panels, `tile` room for 6 packed rows. */
function matmul<T>(out: usize, a: usize, b: usize, bias: usize, tile: usize, rows: usize, depth: usize, columns: usize): void {
  const height = tileHeight(rows)
  for (let row: usize = 0; row < rows; row += height) {
    const count = min(height, rows - row)
    for (let i: usize = 0; i < count; i++) packRow<T>(tile, a + (row + i) * depth * sizeof<T>(), i, height, depth)
    gemm<T>(out + row * columns * sizeof<T>(), columns, bias, 0, tile, height, count, b, columns / panelWidth<T>(), depth)
  }
}

export function matmulF32(out: usize, a: usize, b: usize, bias: usize, tile: usize, rows: usize, depth: usize, columns: usize): void {
  matmul<f32>(out, a, b, bias, tile, rows, depth, columns)
}

export function matmulF64(out: usize, a: usize, b: usize, bias: usize, tile: usize, rows: usize, depth: usize, columns: usize): void {
  matmul<f64>(out, a, b, bias, tile, rows, depth, columns)
}
