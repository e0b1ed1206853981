/** What the host sees: what the build for inference has, too, the way back, and optimisers. */
import { backward } from './backward'
import { BackwardCall } from './backwardCall'
import { Call, Part } from './call'
import { closeGaps as close, packWeightRows } from './matrix'
import { adagrad, adam, decayGradient, rmsprop, sgd } from './optimizer'
import { packTransposed } from './pack'
import { recurrent } from './recurrent'

export * from './common'

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

export function closeGaps(at: usize, blocks: usize, blockRows: usize, rows: usize, stride: usize, bytes: usize): void {
  close(at, blocks, blockRows, rows, stride, bytes)
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
