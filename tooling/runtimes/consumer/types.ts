// Compiled with old and new TypeScript, declarations of the packages included.
import { GRUCell } from '@unroll/cells'
import { DataLoader, packCollate } from '@unroll/data'
import { createGpu, type GpuEngine } from '@unroll/gpu'
import { type Engine, type HostEngine, reference, useWasmModule, wasm } from '@unroll/kernels'
import simd from '@unroll/kernels/simd.wasm'
import { Linear, type Module, Sequential } from '@unroll/nn'
import { Adam, clipGradNorm, type OptimizerState, StepLR } from '@unroll/optim'
import { LSTM, type PackedSequence, packSequence } from '@unroll/sequence'
import { manualSeed, ones, type Tensor, tensor } from '@unroll/tensor'
import * as torch from '@unroll/torch'
import { type CheckpointSource, loadWeights, savePt } from '@unroll/weights'

useWasmModule(simd)
const engine: Engine = wasm
const host: HostEngine = reference
manualSeed(0)
const lstm = new LSTM(4, 8, { numLayers: 2, batchFirst: true })
const [output, [hn, cn]] = lstm.forward(ones([1, 3, 4]))
const shapes: readonly (readonly number[])[] = [output, hn, cn].map((t: Tensor) => t.shape)
const packed: PackedSequence = packSequence([tensor([[1, 2, 3, 4]])])
const [sequence] = lstm.forward(packed)
const model: Module = new Sequential(new Linear(8, 2))
const optimizer = new Adam([{ params: lstm.parameters(), lr: 0.01 }, { params: model.parameters() }], {
  amsgrad: true,
})
for (const group of optimizer.paramGroups) group.lr *= 2
const norm: Tensor = clipGradNorm(lstm.parameters(), 1)
const trained: OptimizerState = optimizer.stateDict()
savePt({ optimizer: trained, schedule: new StepLR(optimizer, 3).stateDict() })
const bytes: Uint8Array = savePt(lstm.stateDict())
const source: CheckpointSource = bytes

const words = [[tensor([[1, 2, 3, 4]]), 0] as const]
for (const [batch, labels] of new DataLoader(words, { collate: packCollate() })) {
  const [packedOutput, target]: [PackedSequence, Tensor] = [lstm.forward(batch)[0], labels]
  shapes.includes([...packedOutput.data.shape, ...target.shape])
}

export async function load(): Promise<Tensor | undefined> {
  const weights: Map<string, Tensor> = await loadWeights(source)
  lstm.loadStateDict(weights)
  lstm.dispose()
  lstm[Symbol.dispose]()
  return weights.get('weight_ih_l0')
}

export const gpu: () => Promise<GpuEngine> = createGpu
export const all: readonly unknown[] = [
  norm,
  engine,
  host,
  shapes,
  sequence,
  model,
  new GRUCell(2, 3),
  torch.LSTM,
]
