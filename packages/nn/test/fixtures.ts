import { type Tensor, tensor } from '@unroll/tensor'
import { decodeArray, type EncodedArray } from '@unroll/testing'

export function toTensor(encoded: EncodedArray): Tensor {
  return tensor(decodeArray(encoded), { shape: encoded.shape })
}

/** The weights of a state dict, under the keys that PyTorch wrote. */
export function toState(weights: Readonly<Record<string, EncodedArray | undefined>>): Map<string, Tensor> {
  return new Map(
    Object.entries(weights).flatMap(([name, encoded]) => (encoded ? [[name, toTensor(encoded)]] : [])),
  )
}

/** PyTorch's option under our name: `padding_mode` is `paddingMode`. */
export function camelCase(name: string): string {
  return name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase())
}
