import * as cells from '@unroll/cells'
import * as data from '@unroll/data'
import * as gpu from '@unroll/gpu'
import * as kernels from '@unroll/kernels'
import * as checks from '@unroll/kernels/checks'
import * as spec from '@unroll/kernels/spec'
import * as nn from '@unroll/nn'
import * as recurrent from '@unroll/nn/recurrent'
import * as optim from '@unroll/optim'
import * as sequence from '@unroll/sequence'
import * as tensor from '@unroll/tensor'
import * as layers from '@unroll/tensor/layers'
import * as torch from '@unroll/torch'
import * as weights from '@unroll/weights'

/** What code of the site may import. */
export const packages: Readonly<Record<string, object>> = {
  '@unroll/cells': cells,
  '@unroll/data': data,
  '@unroll/gpu': gpu,
  '@unroll/kernels': kernels,
  '@unroll/kernels/checks': checks,
  '@unroll/kernels/spec': spec,
  '@unroll/nn': nn,
  '@unroll/nn/recurrent': recurrent,
  '@unroll/optim': optim,
  '@unroll/sequence': sequence,
  '@unroll/tensor': tensor,
  '@unroll/tensor/layers': layers,
  '@unroll/torch': torch,
  '@unroll/weights': weights,
}
