/** What the host sees: memory, and each operation in both element types. */
import { backward } from './backward'
import { BackwardCall } from './backwardCall'
import { leave } from './barrier'
import { Call, Part } from './call'
import { Binary, map, Unary, zip } from './elementwise'
import { closeGaps as close, matmul, matmulTransposed, packMatrix, packWeightRows } from './matrix'
import { adagrad, adam, decayGradient, rmsprop, sgd } from './optimizer'
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

export function packPanelsF32(to: usize, from: usize, depth: usize, units: usize, gates: usize): void {
  packPanels<f32>(to, from, depth, units, gates)
}

export function packPanelsF64(to: usize, from: usize, depth: usize, units: usize, gates: usize): void {
  packPanels<f64>(to, from, depth, units, gates)
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

export function packWeightRowsF32(to: usize, from: usize, depth: usize, units: usize, gates: usize): void {
  packWeightRows<f32>(to, from, depth, units, gates)
}

export function packWeightRowsF64(to: usize, from: usize, depth: usize, units: usize, gates: usize): void {
  packWeightRows<f64>(to, from, depth, units, gates)
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

export function decayGradientF32(p: usize, g: usize, count: usize, decay: f64, negate: bool): void {
  decayGradient<f32>(p, g, count, decay, negate)
}

export function decayGradientF64(p: usize, g: usize, count: usize, decay: f64, negate: bool): void {
  decayGradient<f64>(p, g, count, decay, negate)
}

export function sgdF32(p: usize, g: usize, b: usize, count: usize, lr: f64, momentum: f64, gain: f64, nesterov: bool, first: bool): void {
  sgd<f32>(p, g, b, count, lr, momentum, gain, nesterov, first)
}

export function sgdF64(p: usize, g: usize, b: usize, count: usize, lr: f64, momentum: f64, gain: f64, nesterov: bool, first: bool): void {
  sgd<f64>(p, g, b, count, lr, momentum, gain, nesterov, first)
}

export function adamF32(p: usize, g: usize, m: usize, v: usize, top: usize, count: usize, keep: f64, gain1: f64, beta2: f64, gain2: f64, rate: f64, correction: f64, eps: f64): void {
  adam<f32>(p, g, m, v, top, count, keep, gain1, beta2, gain2, rate, correction, eps)
}

export function adamF64(p: usize, g: usize, m: usize, v: usize, top: usize, count: usize, keep: f64, gain1: f64, beta2: f64, gain2: f64, rate: f64, correction: f64, eps: f64): void {
  adam<f64>(p, g, m, v, top, count, keep, gain1, beta2, gain2, rate, correction, eps)
}

export function rmspropF32(p: usize, g: usize, v: usize, mean: usize, b: usize, count: usize, lr: f64, alpha: f64, gain: f64, eps: f64, momentum: f64): void {
  rmsprop<f32>(p, g, v, mean, b, count, lr, alpha, gain, eps, momentum)
}

export function rmspropF64(p: usize, g: usize, v: usize, mean: usize, b: usize, count: usize, lr: f64, alpha: f64, gain: f64, eps: f64, momentum: f64): void {
  rmsprop<f64>(p, g, v, mean, b, count, lr, alpha, gain, eps, momentum)
}

export function adagradF32(p: usize, g: usize, sum: usize, count: usize, lr: f64, eps: f64): void {
  adagrad<f32>(p, g, sum, count, lr, eps)
}

export function adagradF64(p: usize, g: usize, sum: usize, count: usize, lr: f64, eps: f64): void {
  adagrad<f64>(p, g, sum, count, lr, eps)
}
