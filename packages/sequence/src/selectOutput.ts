import { describeValue } from '@unroll/kernels'
import { type DeviceValue, Module, type ModuleStream } from '@unroll/nn'
import { cat, Tensor } from '@unroll/tensor'
import { shapeText } from '@unroll/tensor/layers'
import { DeviceResult } from './deviceResult.ts'
import type { HiddenState } from './hiddenState.ts'
import { PackedSequence } from './packedSequence.ts'

/** Which of a layer's results {@link SelectOutput} takes: `sequence`, all outputs; `last`, the last hidden state. */
export type Selection = 'sequence' | 'last'

type Results<O extends Tensor | PackedSequence> = readonly [output: O, hn: HiddenState, cells?: O]

/**
 * Takes one tensor of what an RNN, LSTM or GRU returns, so that a Sequential can pass it on. PyTorch has no such
 * module: there a Linear after an LSTM fails, and users write this module themselves.
 *
 * `last` is the hidden state of the last layer after each sequence's own last timestep: `(N, D*P)` or unbatched
 * `(D*P)`, the forward direction first. It is right for packed sequences and for the reverse direction too, where
 * `output.select(0, -1)` is wrong. `sequence` is `output`, a tensor.
 *
 * ```ts
 * new Sequential(new Embedding(1000, 64), new LSTM(64, 128), new SelectOutput('last'), new Linear(128, 5), new Softmax(-1))
 * ```
 */
export class SelectOutput extends Module {
  static override readonly name: string = 'SelectOutput'

  readonly selection: Selection

  /** @throws RangeError on an unknown selection */
  constructor(selection: Selection) {
    super()
    if (selection !== 'sequence' && selection !== 'last') {
      throw new RangeError(`SelectOutput: expected 'sequence' or 'last', got ${describeValue(selection)}`)
    }
    this.selection = selection
  }

  /**
   * @param results `[output, hn]`, or `[output, [hn, cn]]` of an LSTM
   * @throws TypeError if it is something else, or a packed output is asked for
   */
  override forward(results: Results<Tensor | PackedSequence>): Tensor {
    const given: readonly unknown[] = Array.isArray(results) ? results : []
    const [output, state] = given
    const h: unknown = Array.isArray(state) ? state[0] : state
    if (!(output instanceof Tensor || output instanceof PackedSequence) || !(h instanceof Tensor)) {
      throw new TypeError(
        `SelectOutput.forward: expected [output, hn] of an RNN, LSTM or GRU, got ${describeValue(results)}`,
      )
    }
    if (this.selection === 'last') {
      const directions = directionsOf(output instanceof PackedSequence ? output.data : output, h)
      return cat(h.slice(0, h.size(0) - directions).unbind(0), -1)
    }
    if (output instanceof Tensor) return output
    throw new TypeError(
      "SelectOutput.forward: expected output to be a Tensor, got a PackedSequence; take 'last', or unpack it",
    )
  }

  override async forwardAsync(results: Results<Tensor | PackedSequence>): Promise<Tensor> {
    return this.forward(results)
  }

  /** Takes a result that is on a device: see {@link ForwardOnDevice}. */
  static forwardOnDevice(
    { selection }: SelectOutput,
    _operations: unknown,
    input: unknown,
  ): DeviceValue | null {
    return input instanceof DeviceResult ? input[selection] : null
  }

  /** In a stream the layer before returns only its output. It is the only one so far, so it is also the last. */
  override openStream(width: number | null, _batch: number): ModuleStream | null {
    return width === null ? null : { width, step: (input) => input }
  }

  override extraRepr(): string {
    return `'${this.selection}'`
  }
}

/** How many of the last hidden states belong to the last layer. */
function directionsOf(output: Tensor, h: Tensor): number {
  const directions = (output.shape.at(-1) ?? 0) / (h.shape.at(-1) ?? 1)
  if (h.ndim > 1 && (directions === 1 || directions === 2) && directions <= h.size(0)) return directions
  throw new TypeError(
    'SelectOutput.forward: expected [output, hn] of an RNN, LSTM or GRU, ' +
      `got tensors of shape ${shapeText(output.shape)} and ${shapeText(h.shape)}`,
  )
}
