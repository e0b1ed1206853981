/** What the host sees of a build that only infers. */
import { Call } from './call'
import { recurrent } from './recurrent'

export * from './common'

/** Computes a part of a sequence. */
export function recurrentF32(call: Call): void {
  recurrent<f32>(call)
}

export function recurrentF64(call: Call): void {
  recurrent<f64>(call)
}
