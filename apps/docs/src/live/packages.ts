import * as cells from '@unroll/cells'
import * as gpu from '@unroll/gpu'
import * as kernels from '@unroll/kernels'
import * as nn from '@unroll/nn'
import * as sequence from '@unroll/sequence'
import * as tensor from '@unroll/tensor'
import * as torch from '@unroll/torch'
import * as weights from '@unroll/weights'

/** What code of the site may import. */
export const packages: Readonly<Record<string, object>> = {
  '@unroll/cells': cells,
  '@unroll/gpu': gpu,
  '@unroll/kernels': kernels,
  '@unroll/nn': nn,
  '@unroll/sequence': sequence,
  '@unroll/tensor': tensor,
  '@unroll/torch': torch,
  '@unroll/weights': weights,
}
