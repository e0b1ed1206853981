/**
 * The record of the way back through one direction of one layer, and what follows from its fields. Sizes are counted in elements.
 *
 * Several threads may share it: each has a record, and computes the part of some sequences. Parts share the areas above the first
 * line in the table. Gradients of weights are sums over all rows; each part has its own, and the host adds them up. `dy` is the
 * gradient of the loss with respect to `y`, and `a` is the value before a gate's activation.
 *
 * | area | shape | holds |
 * |---|---|---|
 * | input | `(R, K)` time-major, or `(allN, T, K)` if inputBatchMajor | what the layer read |
 * | output, dOutput | `(R, width)`, or `(allN, T, width)` if outputBatchMajor; from the direction's first column on | the layer's hidden states, and their gradients |
 * | tape | `(R, tape columns)` | what the way forth kept, see call.ts; 0 if the gates' gradients are known |
 * | h0, c0 | `(allN, P)`, `(allN, H)` | initial states |
 * | dh, dc | `(allN, P)`, `(allN, H)` | gradients of the final states in, of the initial states out |
 * | dInput | as input | |
 * |---|---|---|
 * | dWeightIh, dWeightHh | `(gates * padded units, padded K)`, `(gates * padded units, padded P)` | |
 * | dWeightHr | `(P, padded H)` | |
 * | dBias | `(dStride)` | the sums of dGates |
 * |---|---|---|
 * | dhRow, dcRow | `(N, stride)` | the gradients of the states that are carried from timestep to timestep, padded to panels |
 * | c0Row | `(N, stride)` | c0, padded |
 * | direct | `(N, stride)` | GRU: what goes from dh' to dh past the gates |
 * | dFullRow | `(N, stride)` | with a projection: the gradient of what it projects |
 * | dGates | `(chunkRows, stride)`, a row is `[gate][unit]`, units padded to vectors | da of each gate; GRU: of r, z, n, and of `W_hn h + b_hn` |
 * | hBefore | `(chunkRows, stride)` | the hidden states that the timesteps read |
 * | dhRows, fullRows | `(chunkRows, stride)` | with a projection: dh', and what it projects |
 * | tile | packed `(N, gates * padded units)` or `(N, P)` | left operand of a timestep's product |
 * | left | packed, `chunkRows` by `gates * padded units` or `P` either way round | left operand of a chunk's products |
 * | right, rightHh | packed `(chunkRows, K or H)`, `(chunkRows, P)` | their right operands |
 * | product | `(chunkRows, padded K)` | dInput of a chunk |
 * | zeros | the widest padded row | |
 */
import { Mode, Part } from './call'

/** What the host tells, in fields of 32 bits, as of Call. It gives their values in src/wasm/backwardLayout.ts. */
@unmanaged export class BackwardCall extends Part {
  mode: Mode
  /** 1 where the sequences were read from their ends. */
  reversed: usize
  /** `K` */
  inputSize: usize
  hiddenSize: usize
  stateSize: usize
  /** `D * P` */
  width: usize
  /** Gates whose products with weights have a gradient each. */
  gates: usize
  /** Units of a gate in dGates, and elements from a row of it to the next: a cache line more than the columns, as of `pre`. */
  units: usize
  dStride: usize
  /** Elements from row to row of what is padded to panels: K, P and H of them. */
  inputStride: usize
  stateStride: usize
  stride: usize
  inputBatchMajor: usize
  outputBatchMajor: usize
  chunkRows: usize
  /** The transposes of the weights, packed (see packTransposed): `(gates * padded units, K)`. 0 if dInput is not wanted. */
  weightIh: usize
  /** `(gates * padded units, P)` */
  weightHh: usize
  /** `(padded P, H)`; 0 without projection. */
  weightHr: usize
  input: usize
  output: usize
  dOutput: usize
  tape: usize
  h0: usize
  c0: usize
  dh: usize
  dc: usize
  /** 0 if it is not wanted, as those of weights. */
  dInput: usize
  dWeightIh: usize
  dWeightHh: usize
  dWeightHr: usize
  dBias: usize
  dhRow: usize
  dcRow: usize
  c0Row: usize
  direct: usize
  dFullRow: usize
  dGates: usize
  hBefore: usize
  dhRows: usize
  fullRows: usize
  tile: usize
  left: usize
  right: usize
  rightHh: usize
  product: usize
  zeros: usize
}
