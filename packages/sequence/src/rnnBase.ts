import type { DeviceOperations, RecurrentMode } from '@unroll/kernels'
import { parametersOf, sizesOf } from '@unroll/kernels/spec'
import {
  checkedOptions,
  checkSize,
  engineOf,
  hostEngineOf,
  Module,
  onOwnEngine,
  type Parameter,
  residentOf,
} from '@unroll/nn'
import {
  drawParameters,
  type ModuleWeights,
  parameterOf,
  ResidentWeights,
  registerParameters,
  runRecurrent,
  runRecurrentAsync,
} from '@unroll/nn/recurrent'
import { checkTensor, type DType, elementsOf, type Tensor } from '@unroll/tensor'
import { type DeviceResult, resultOnDevice } from './deviceResult.ts'
import { type HiddenState, hiddenOf, stateNames, statesOf } from './hiddenState.ts'
import { checkLayerInput, checkStateDTypes, checkStateShape } from './layerChecks.ts'
import { layerName, type RNNBaseOptions, resolveOptions } from './options.ts'
import type { PackedSequence } from './packedSequence.ts'
import { type ForwardOptions, type SequenceResults, sequenceCall } from './sequenceCall.ts'
import { SequenceStream, type StreamOptions } from './sequenceStream.ts'
import { type Trace, traceCall } from './trace.ts'

/** Options that only an LSTM has. */
type WithCells<M extends RecurrentMode> = M extends 'LSTM'
  ? ForwardOptions & { readonly returnCells: true }
  : never
type WithoutCells = ForwardOptions & { readonly returnCells?: false }

/**
 * What {@link RNN}, {@link LSTM} and {@link GRU} share: parameters, checks, and the way to the engine.
 *
 * Letters: `L` timesteps, `N` batch, `D` 2 if bidirectional else 1, `H` hidden size, `P` projection size or `H`, `G`
 * gates (RNN 1, GRU 3, LSTM 4). The parameters of layer k are as follows; those of the reverse direction end in
 * `_reverse`:
 * `weight_ih_l{k}` `(G*H, inputSize)`, or `(G*H, D*P)` above layer 0; `weight_hh_l{k}` `(G*H, P)`; `bias_ih_l{k}` and
 * `bias_hh_l{k}` `(G*H)`; with a projection `weight_hr_l{k}` `(P, H)`.
 * @see PyTorch: [torch.nn.RNNBase](https://docs.pytorch.org/docs/stable/generated/torch.nn.RNNBase.html)
 */
export class RNNBase<M extends RecurrentMode = RecurrentMode> extends Module {
  /** Parameters are properties, under their names in the state dict. */
  [name: `weight_${string}` | `bias_${string}`]: Parameter
  static override readonly name: string = 'RNNBase'
  readonly mode: M
  readonly inputSize: number
  readonly hiddenSize: number
  readonly numLayers: number
  readonly bias: boolean
  readonly batchFirst: boolean
  readonly dropout: number
  readonly bidirectional: boolean
  /** `P`; 0 without a projection. */
  readonly projSize: number

  /**
   * @throws RangeError on a size or option out of range
   * @throws TypeError on an argument of a wrong type
   */
  constructor(mode: M, inputSize: number, hiddenSize: number, options?: RNNBaseOptions | null) {
    super()
    const { numLayers, bias, batchFirst, dropout, bidirectional, projSize, dtype } = resolveOptions(
      mode,
      inputSize,
      hiddenSize,
      options,
    )
    this.mode = mode
    this.inputSize = inputSize
    this.hiddenSize = hiddenSize
    this.numLayers = numLayers
    this.bias = bias
    this.batchFirst = batchFirst
    this.dropout = dropout
    this.bidirectional = bidirectional
    this.projSize = projSize
    registerParameters(this, this, dtype)
    this.resetParameters()
  }

  /**
   * Runs whole sequences through all layers and directions.
   *
   * @param input `(L, N, inputSize)`, `(N, L, inputSize)` if `batchFirst`, `(L, inputSize)` unbatched, or packed
   * @param hx `(D*numLayers, N, P)`, unbatched `(D*numLayers, P)`; LSTM `[h0, c0]`, where c0 has `H` instead of `P`.
   * Default zeros
   * @param options of an LSTM: `returnCells: true` also returns the cell states of all timesteps
   * @returns `output`, shaped as the input with `D*P` features, or packed; the state after each sequence's last
   * timestep, shaped as `hx`; with `returnCells` also the last layer's `cells`, shaped as `output` with `H` instead of
   * `P`
   * @throws TypeError if an argument is not a tensor, or an option is unknown
   * @throws RangeError if input is not 2-D or 3-D or not of the weights' dtype
   * @throws RuntimeError if a size does not fit, the sequence is empty, or the engine needs `forwardAsync`
   *
   * @example
   * const [output, [hn, cn], cells] = lstm.forward(x, null, { returnCells: true })
   */
  override forward(
    input: Tensor,
    hx: HiddenState<M> | null | undefined,
    options: WithCells<M>,
  ): [output: Tensor, hn: HiddenState<M>, cells: Tensor]
  override forward(
    input: PackedSequence,
    hx: HiddenState<M> | null | undefined,
    options: WithCells<M>,
  ): [output: PackedSequence, hn: HiddenState<M>, cells: PackedSequence]
  override forward(
    input: Tensor,
    hx?: HiddenState<M> | null,
    options?: WithoutCells | null,
  ): [output: Tensor, hn: HiddenState<M>]
  override forward(
    input: PackedSequence,
    hx?: HiddenState<M> | null,
    options?: WithoutCells | null,
  ): [output: PackedSequence, hn: HiddenState<M>]
  override forward(
    input: Tensor | PackedSequence,
    hx?: HiddenState<M> | null,
    options?: WithoutCells | null,
  ): [output: Tensor | PackedSequence, hn: HiddenState<M>]
  override forward(
    input: Tensor | PackedSequence,
    hx: HiddenState<M> | null = null,
    options: ForwardOptions | null = null,
  ): SequenceResults<M> {
    const name = layerName(this.mode)
    const engine = hostEngineOf(this, name)
    const { call, finish } = sequenceCall<M>(this, input, hx, options)
    return finish(runRecurrent(`${name}.forward`, engine, weightsOf(this), call))
  }

  /** Like {@link RNNBase.forward}, but works on every engine. */
  override forwardAsync(
    input: Tensor,
    hx: HiddenState<M> | null | undefined,
    options: WithCells<M>,
  ): Promise<[output: Tensor, hn: HiddenState<M>, cells: Tensor]>
  override forwardAsync(
    input: PackedSequence,
    hx: HiddenState<M> | null | undefined,
    options: WithCells<M>,
  ): Promise<[output: PackedSequence, hn: HiddenState<M>, cells: PackedSequence]>
  override forwardAsync(
    input: Tensor,
    hx?: HiddenState<M> | null,
    options?: WithoutCells | null,
  ): Promise<[output: Tensor, hn: HiddenState<M>]>
  override forwardAsync(
    input: PackedSequence,
    hx?: HiddenState<M> | null,
    options?: WithoutCells | null,
  ): Promise<[output: PackedSequence, hn: HiddenState<M>]>
  override forwardAsync(
    input: Tensor | PackedSequence,
    hx?: HiddenState<M> | null,
    options?: WithoutCells | null,
  ): Promise<[output: Tensor | PackedSequence, hn: HiddenState<M>]>
  override async forwardAsync(
    input: Tensor | PackedSequence,
    hx: HiddenState<M> | null = null,
    options: ForwardOptions | null = null,
  ): Promise<SequenceResults<M>> {
    const engine = engineOf(this)
    const { call, finish } = sequenceCall<M>(this, input, hx, options)
    const who = `${layerName(this.mode)}.forward`
    return finish(await runRecurrentAsync(who, engine, weightsOf(this), call))
  }

  /** See {@link ForwardOnDevice}. */
  static forwardOnDevice(
    layer: RNNBase,
    operations: DeviceOperations | null,
    input: unknown,
  ): DeviceResult | null {
    if (operations === null || dtypeOf(layer) !== 'float32') return null
    return resultOnDevice(layer, operations, () => weightsOf(layer).packed(engineOf(layer)), input)
  }

  /**
   * Opens a stream. It runs the layer one timestep at a time, without allocating.
   * @throws RuntimeError on an asynchronous engine
   * @throws TypeError if an option is unknown or not a whole number
   * @throws RangeError if the layer is bidirectional, or `batch` less than 1
   */
  stream(options?: StreamOptions | null): SequenceStream<M> {
    const who = `${layerName(this.mode)}.stream`
    const { batch } = checkedOptions(who, options, { batch: 1 }, 'batch')
    checkSize(who, 'batch', batch)
    const engine = hostEngineOf(this, layerName(this.mode), 'stream')
    const { mode, numLayers, hiddenSize } = this
    const widths = [sizesOf(this).P, hiddenSize]
    return new SequenceStream(
      { mode, numLayers, widths, engine, weights: () => weightsOf(this).packed(engine) },
      batch,
    )
  }

  /**
   * Like {@link RNNBase.forward}, but computes operation by operation and keeps what is in between: hidden states, cell states and
   * gates of each timestep, and after backward their gradients. It is slow: for looking into a layer, not for training.
   *
   * @example
   * const { results, steps } = lstm.trace(x)
   * results[0].sum().backward()
   * steps[0].gates.f   // (N, H)
   * steps[0].h.grad    // (N, P)
   */
  trace(input: Tensor | PackedSequence, hx: HiddenState<M> | null = null): Trace<M> {
    hostEngineOf(this, layerName(this.mode), 'trace')
    return onOwnEngine(this, () =>
      traceCall(this, weightsOf(this).parameters, sequenceCall<M>(this, input, hx)),
    )
  }

  // Parameters

  /** The parameters of each layer and direction, in PyTorch's order. */
  get allWeights(): Parameter[][] {
    return parametersOf(this).map((direction) =>
      Object.values(direction).flatMap((parameter) =>
        parameter === null ? [] : [parameterOf(layerName(this.mode), this, parameter.name)],
      ),
    )
  }

  /** Draws every parameter again from U(-1/sqrt(H), 1/sqrt(H)), in PyTorch's order. */
  resetParameters(): void {
    drawParameters(this, this.hiddenSize)
  }

  /**
   * Packs the parameters into the engine now and not in the next `forward`. Does nothing if they are already packed.
   */
  flattenParameters(): void {
    weightsOf(this).packed(engineOf(this))
  }

  // Checks

  /**
   * Throws unless `input` `(L, N, inputSize)`, or `(R, inputSize)` with batch sizes, fits the weights.
   * @throws RangeError on another dtype, RuntimeError on another shape
   */
  checkInput(input: Tensor, batchSizes: Tensor | null = null): void {
    checkLayerInput(this, dtypeOf(this), input, batchSizes)
  }

  /** Runs `checkInput`, then checks the sizes and dtype of the hidden state, which is batched. */
  checkForwardArgs(input: Tensor, hidden: HiddenState<M>, batchSizes: Tensor | null = null): void {
    this.checkInput(input, batchSizes)
    this.checkStates(input, statesOf(this.mode, hidden), batchSizes)
  }

  /** @throws RuntimeError unless `hx` has the `expected` shape */
  checkHiddenSize(hx: Tensor, expected: readonly number[], what = 'hx'): void {
    checkStateShape(layerName(this.mode), hx, expected, what)
  }

  /** `(D*numLayers, N, P)`: what `h0` must be for a batched input. */
  getExpectedHiddenSize(
    input: Tensor,
    batchSizes: Tensor | null = null,
  ): [layers: number, batch: number, width: number] {
    const who = `${layerName(this.mode)}.getExpectedHiddenSize`
    checkTensor(who, 'input', input)
    if (batchSizes !== null) checkTensor(who, 'batchSizes', batchSizes)
    const { D, P } = sizesOf(this)
    const N = batchSizes === null ? input.size(this.batchFirst ? 0 : 1) : Number(elementsOf(batchSizes)[0])
    return [this.numLayers * D, N, P]
  }

  /** `(D*numLayers, N, H)`: what an LSTM's `c0` must be for a batched input. */
  getExpectedCellSize(
    input: Tensor,
    batchSizes: Tensor | null = null,
  ): [layers: number, batch: number, width: number] {
    const [layers, batch] = this.getExpectedHiddenSize(input, batchSizes)
    return [layers, batch, this.hiddenSize]
  }

  /** Reorders the sequences of a state, which are dimension 1. A permutation of null leaves it as it is. */
  permuteHidden(hx: HiddenState<M>, permutation: Tensor | null): HiddenState<M> {
    if (permutation === null) return hx
    const who = `${layerName(this.mode)}.permuteHidden`
    checkTensor(who, 'permutation', permutation)
    return hiddenOf(
      this.mode,
      statesOf(this.mode, hx, who).map((state) => state.indexSelect(1, permutation)),
    )
  }

  private checkStates(input: Tensor, states: readonly Tensor[], batchSizes: Tensor | null): void {
    const sizes = [this.getExpectedHiddenSize(input, batchSizes), this.getExpectedCellSize(input, batchSizes)]
    states.forEach((state, index) => {
      this.checkHiddenSize(state, sizes[index] ?? [], stateNames[index])
    })
    checkStateDTypes(layerName(this.mode), input, states)
  }

  // Printing

  /** The options as PyTorch prints them: those that differ from the defaults. */
  override extraRepr(): string {
    const { projSize, numLayers, bias, batchFirst, dropout, bidirectional } = this
    return [
      `${this.inputSize}, ${this.hiddenSize}`,
      projSize !== 0 && `proj_size=${projSize}`,
      numLayers !== 1 && `num_layers=${numLayers}`,
      !bias && 'bias=False',
      batchFirst && 'batch_first=True',
      dropout !== 0 && `dropout=${Number.isInteger(dropout) ? dropout.toFixed(1) : dropout}`,
      bidirectional && 'bidirectional=True',
    ]
      .filter((part) => part !== false)
      .join(', ')
  }
}

/** The layer's weights. Engines keep them; they are packed if they are not there yet or have changed. */
function weightsOf<M extends RecurrentMode>(layer: RNNBase<M>): ModuleWeights {
  const resident = residentOf(layer, 'weights', () => {
    const { mode, inputSize, hiddenSize, numLayers, bias, bidirectional, projSize } = layer
    const spec = { mode, inputSize, hiddenSize, numLayers, bias, bidirectional, projSize }
    return new ResidentWeights(layerName(mode), spec)
  })
  return resident.of(layer)
}

function dtypeOf<M extends RecurrentMode>(layer: RNNBase<M>): DType {
  return parameterOf(layerName(layer.mode), layer, 'weight_ih_l0').dtype
}
