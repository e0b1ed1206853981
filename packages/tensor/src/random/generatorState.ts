// A generator's state in the bytes of PyTorch's get_state(), so that each can continue where the other stopped.
//
//   byte    content, little-endian
//      0    uint64: the seed
//      8    int32: outputs left in the state, int32: 1 if seeded
//     16    uint64: position of the next output
//     24    uint64 x 624: the state, 32 bits in each
//   5016    float64 x 3: unused, the spare normal draw, unused
//   5040    int32: 1 if there is a spare normal draw
//   5044    the float32 counterpart of the spare, which CPU draws never use, and padding

import { describeValue } from '@unroll/kernels'
import { RuntimeError } from '../errors.ts'

const stateSize = 624
const stateStart = 24
const spareAt = stateStart + 8 * stateSize + 8
const hasSpareAt = spareAt + 16
const byteLength = 5056

export interface GeneratorState {
  readonly seed: bigint
  readonly left: number
  readonly next: number
  readonly state: Uint32Array
  readonly spareNormal: number | null
}

export function encodeState({ seed, left, next, state, spareNormal }: GeneratorState): Uint8Array {
  const view = new DataView(new ArrayBuffer(byteLength))
  view.setBigUint64(0, seed, true)
  view.setInt32(8, left, true)
  view.setInt32(12, 1, true)
  view.setInt32(16, next, true)
  for (const [i, word] of state.entries()) view.setUint32(stateStart + 8 * i, word, true)
  view.setFloat64(spareAt, spareNormal ?? 0, true)
  view.setInt32(hasSpareAt, spareNormal === null ? 0 : 1, true)
  return new Uint8Array(view.buffer)
}

/** @throws RuntimeError unless `bytes` are a state of PyTorch's CPU generator */
export function decodeState(bytes: Uint8Array): GeneratorState {
  if (!(bytes instanceof Uint8Array)) {
    throw new TypeError(`Generator.setState: expected a Uint8Array, got ${describeValue(bytes)}`)
  }
  if (bytes.length !== byteLength) {
    throw new RuntimeError(`Generator.setState: expected ${byteLength} bytes, got ${bytes.length}`)
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, byteLength)
  const left = view.getInt32(8, true)
  const next = view.getInt32(16, true)
  if (view.getInt32(12, true) !== 1 || left < 1 || left > stateSize || next < 0 || next > stateSize) {
    throw new RuntimeError('Generator.setState: these bytes are no state of an mt19937 generator')
  }
  return {
    seed: view.getBigUint64(0, true),
    left,
    next,
    state: Uint32Array.from({ length: stateSize }, (_, i) => view.getUint32(stateStart + 8 * i, true)),
    spareNormal: view.getInt32(hasSpareAt, true) === 0 ? null : view.getFloat64(spareAt, true),
  }
}
