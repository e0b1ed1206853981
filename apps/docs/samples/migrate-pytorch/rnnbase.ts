import { manualSeed, RNNBase, randn } from '@unroll/torch'

manualSeed(0)
const base = new RNNBase('GRU', 3, 4, { numLayers: 2 })
console.log(base.mode, base.inputSize, base.hiddenSize, base.numLayers, base.batchFirst)
console.log(base.allWeights.map((layer) => layer.map((weight) => weight.shape)))
console.log(base.getExpectedHiddenSize(randn(5, 2, 3)))
console.log(base.getParameter('bias_hh_l1'))
