/** What users download of each package, gzipped: `npx size-limit` prints it. */

/** As those bundle who do not train. */
const forInference = (config) => ({
  ...config,
  resolve: { conditionNames: ['unroll-inference', 'browser', 'import', 'default'] },
})

export default [
  { name: 'kernels, both wasm builds', path: 'packages/kernels/dist/index.js', limit: '48 kB', gzip: true },
  {
    name: 'kernels for inference',
    path: 'packages/kernels/dist/inference/index.js',
    limit: '33 kB',
    gzip: true,
  },
  {
    name: 'tensor: Tensor',
    path: 'packages/tensor/dist/index.js',
    import: '{ tensor }',
    limit: '75 kB',
    gzip: true,
  },
  {
    name: 'cells: LSTMCell',
    path: 'packages/cells/dist/index.js',
    import: '{ LSTMCell }',
    limit: '86 kB',
    gzip: true,
  },
  {
    name: 'sequence: LSTM',
    path: 'packages/sequence/dist/index.js',
    import: '{ LSTM }',
    limit: '90 kB',
    gzip: true,
  },
  {
    name: 'sequence: LSTM for inference',
    path: 'packages/sequence/dist/index.js',
    import: '{ LSTM }',
    limit: '74 kB',
    gzip: true,
    modifyRolldownConfig: forInference,
  },
  {
    name: 'gpu, without gpu.js',
    path: 'packages/gpu/dist/index.js',
    ignore: ['./gpuJs.js'],
    limit: '26 kB',
    gzip: true,
  },
  {
    name: 'gpu, with gpu.js, which is loaded on the first createGpu()',
    path: 'packages/gpu/dist/index.js',
    limit: '140 kB',
    gzip: true,
  },
  {
    name: 'optim: Adam',
    path: 'packages/optim/dist/index.js',
    import: '{ Adam }',
    limit: '79 kB',
    gzip: true,
  },
  { name: 'weights: everything', path: 'packages/weights/dist/index.js', limit: '121 kB', gzip: true },
  {
    name: 'weights: loadWeights',
    path: 'packages/weights/dist/index.js',
    import: '{ loadWeights }',
    limit: '113 kB',
    gzip: true,
  },
  {
    name: 'data: DataLoader',
    path: 'packages/data/dist/index.js',
    import: '{ DataLoader }',
    limit: '78 kB',
    gzip: true,
  },
  { name: 'torch: everything', path: 'packages/torch/dist/index.js', limit: '180 kB', gzip: true },
]
