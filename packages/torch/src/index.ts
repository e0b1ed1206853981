// PyTorch's names in one import: all that the packages below export.

export * from '@unroll/cells'
export * from '@unroll/data'
export * from '@unroll/kernels'
export * from '@unroll/nn'
export * from '@unroll/optim'
export * from '@unroll/sequence'
export * from '@unroll/tensor'
export * from '@unroll/weights'
