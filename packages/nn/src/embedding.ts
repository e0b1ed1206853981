import type { DeviceMatrix, DeviceOperations } from '@unroll/kernels'
import {
  checkTensor,
  type DType,
  elementsOf,
  empty,
  isGradEnabled,
  noGrad,
  RuntimeError,
  Tensor,
} from '@unroll/tensor'
import { addPositions, record, shapeText, withGrad } from '@unroll/tensor/layers'
import { checkCounts, checkedOptions, checkInteger } from './arguments.ts'
import { normal_ } from './init.ts'
import { Module } from './module.ts'
import { engineOf, hostEngineOf, residentOf } from './moduleState.ts'
import { DeviceTensor, type DeviceValue, operationsOf, resultOf } from './onDevice.ts'
import { Parameter } from './parameter.ts'
import { Resident } from './resident.ts'

export interface EmbeddingOptions {
  /** Row for positions after the end of a sequence. It starts as zeros. A negative index counts from the end. */
  readonly paddingIdx?: number | null
  /** Default float32. */
  readonly dtype?: DType
  /** An existing table to share, `(numEmbeddings, embeddingDim)`. Default: a new one. */
  readonly weight?: Tensor
}

export interface PretrainedOptions {
  /** Do not train the rows. Default true. */
  readonly freeze?: boolean
  readonly paddingIdx?: number | null
}

/**
 * A table of vectors, looked up by index.
 *
 * ```ts
 * const embedding = new Embedding(100, 16, { paddingIdx: 0 })
 * embedding.forward(tensor([[5n, 7n, 0n]])).shape   // [1, 3, 16]
 * ```
 * @see PyTorch: [torch.nn.Embedding](https://docs.pytorch.org/docs/stable/generated/torch.nn.Embedding.html)
 */
export class Embedding extends Module {
  static override readonly name: string = 'Embedding'

  readonly numEmbeddings: number
  readonly embeddingDim: number
  readonly paddingIdx: number | null
  /** `(numEmbeddings, embeddingDim)`, drawn from N(0, 1). */
  weight: Parameter

  /**
   * @throws TypeError on an argument of a wrong type, RuntimeError on a negative size
   * @throws RangeError if `paddingIdx` is not one of the rows, or `weight` has another shape
   */
  constructor(numEmbeddings: number, embeddingDim: number, options: EmbeddingOptions = {}) {
    super()
    const { paddingIdx, dtype, weight } = checkedOptions<Defaults>(
      'Embedding',
      options,
      defaults,
      'paddingIdx',
    )
    checkCounts('Embedding', { numEmbeddings, embeddingDim })
    if (weight !== undefined) checkTable(weight, [numEmbeddings, embeddingDim])
    this.numEmbeddings = numEmbeddings
    this.embeddingDim = embeddingDim
    this.paddingIdx = paddingIdx === null ? null : rowOf(paddingIdx, numEmbeddings)
    this.weight = new Parameter(weight ?? empty([numEmbeddings, embeddingDim], { dtype }))
    if (!weight) this.resetParameters()
  }

  /**
   * An embedding that shares an existing table, `(numEmbeddings, embeddingDim)`.
   * @throws RangeError unless `table` has two dimensions
   */
  static fromPretrained(table: Tensor, options: PretrainedOptions = {}): Embedding {
    const { freeze, paddingIdx } = checkedOptions<Required<PretrainedOptions>>(
      'Embedding.fromPretrained',
      options,
      { freeze: true, paddingIdx: null },
      'freeze',
    )
    checkTensor('Embedding.fromPretrained', 'table', table)
    if (table.ndim !== 2) {
      throw new RangeError(`Embedding.fromPretrained: expected a table of 2 dimensions, got ${table.ndim}`)
    }
    const embedding = new Embedding(table.size(0), table.size(1), { paddingIdx, weight: table })
    embedding.weight.requiresGrad = !freeze
    return embedding
  }

  resetParameters(): void {
    normal_(this.weight)
    const { paddingIdx } = this
    if (paddingIdx !== null) noGrad(() => this.weight.select(0, paddingIdx).zero_())
  }

  /**
   * @param indices int64 or int32, of any shape `(*)`
   * @returns `(*, embeddingDim)`
   * @throws RuntimeError on another dtype, or if the engine needs `forwardAsync`; RangeError on an index outside the table
   */
  override forward(indices: Tensor): Tensor {
    hostEngineOf(this, 'Embedding')
    return lookUp(this, indices)
  }

  /** As `forward`, on every engine. */
  override async forwardAsync(indices: Tensor): Promise<Tensor> {
    if (engineOf(this).kind === 'host') return this.forward(indices)
    checkIndices(indices)
    const there = indices.numel === 0 ? null : Embedding.forwardOnDevice(this, operationsOf(this), indices)
    // Taking rows is not a computation, so the host may do it: for tables that are not float32, and to report a wrong
    // index.
    if (there === null) return lookUp(this, indices)
    const mode = isGradEnabled()
    const rows = await resultOf(this, 'Embedding', indices, there)
    return withGrad('Embedding.forwardAsync', mode, () => recorded(this, indices, rows))
  }

  /** See {@link ForwardOnDevice}. */
  static forwardOnDevice(
    module: Embedding,
    operations: DeviceOperations | null,
    indices: unknown,
  ): DeviceValue | null {
    const { weight, numEmbeddings, embeddingDim } = module
    const table = elementsOf(weight)
    if (operations === null || !(indices instanceof Tensor && table instanceof Float32Array)) return null
    const rows = Array.from(elementsOf(indices), Number)
    const isKnown = indices.dtype === 'int64' || indices.dtype === 'int32'
    // `lookUp` reports what is wrong.
    if (!isKnown || rows.some((row) => !(row >= 0 && row < numEmbeddings))) return null
    const resident = residentOf(module, 'device', () => new Resident<DeviceMatrix>())
    const matrix = resident.current(engineOf(module), [weight], () =>
      operations.table(table, numEmbeddings, embeddingDim),
    )
    return new DeviceTensor(operations.embedding(matrix, rows, indices.shape), operations)
  }

  override extraRepr(): string {
    const padding = this.paddingIdx === null ? '' : `, padding_idx=${this.paddingIdx}`
    return `${this.numEmbeddings}, ${this.embeddingDim}${padding}`
  }
}

type Defaults = Required<Omit<EmbeddingOptions, 'weight'>> & { readonly weight: Tensor | undefined }

const defaults: Defaults = { paddingIdx: null, dtype: 'float32', weight: undefined }

/** The rows of the table, on the host. */
function lookUp(module: Embedding, indices: Tensor): Tensor {
  checkIndices(indices)
  const { weight, embeddingDim } = module
  // Detached, because a view made in noGrad could not be changed in place.
  const rows = noGrad(() =>
    weight
      .indexSelect(0, indices.flatten())
      .view([...indices.shape, embeddingDim])
      .detach(),
  )
  return recorded(module, indices, rows)
}

/** Records that `rows` were taken from the table. Rows that were taken several times add up their gradients. */
function recorded(
  { weight, numEmbeddings, embeddingDim, paddingIdx }: Embedding,
  indices: Tensor,
  rows: Tensor,
): Tensor {
  record('EmbeddingBackward0', [weight], [rows], ({ save }) => {
    const saved = save(indices)
    return ([g]) => {
      if (!g) return []
      const positions = Int32Array.from(elementsOf(saved()), Number)
      const kept = positions.map((position) => (position === paddingIdx ? -1 : position))
      return [addPositions(g.reshape([positions.length, embeddingDim]), 0, numEmbeddings, kept)]
    }
  })
  return rows
}

function checkIndices(indices: unknown): asserts indices is Tensor {
  checkTensor('Embedding.forward', 'indices', indices)
  const { dtype } = indices
  if (dtype === 'int64' || dtype === 'int32') return
  throw new RuntimeError(
    `Embedding.forward: expected indices of dtype int64 or int32, got ${dtype}; convert with .to('int64')`,
  )
}

function checkTable(weight: unknown, shape: readonly number[]): void {
  checkTensor('Embedding', 'weight', weight)
  if (shapeText(weight.shape) === shapeText(shape)) return
  throw new RangeError(
    `Embedding: expected weight of shape ${shapeText(shape)}, got ${shapeText(weight.shape)}`,
  )
}

function rowOf(paddingIdx: number, rows: number): number {
  checkInteger('Embedding', 'paddingIdx', paddingIdx)
  if (paddingIdx < -rows || paddingIdx >= rows) {
    throw new RangeError(`Embedding: expected paddingIdx from ${-rows} to ${rows - 1}, got ${paddingIdx}`)
  }
  return paddingIdx < 0 ? paddingIdx + rows : paddingIdx
}
