import { decodeArray, type EncodedArray, seededBits } from '@unroll/testing'
import {
  Adagrad,
  Adam,
  AdamW,
  load,
  MultiStepLR,
  type Optimizer,
  RMSprop,
  SGD,
  Tensor,
  tensor,
} from '@unroll/torch'

/** A checkpoint of PyTorch after ten steps, and where ten more lead; see tooling/oracle/optim_fixtures.py. */
export interface FileCase {
  readonly name: string
  readonly optimizer: string
  readonly options: object
  /** base64 */
  readonly file: string
  readonly later: readonly EncodedArray[]
  readonly lr: number
  /** Keys of a parameter group. */
  readonly keys: readonly string[]
}

const classes: Readonly<Record<string, object>> = { SGD, Adam, AdamW, RMSprop, Adagrad }

export interface Resumed {
  readonly params: readonly Tensor[]
  readonly optimizer: Optimizer
  readonly schedule: MultiStepLR
  /** Draws the gradients of the next steps. */
  readonly bits: () => number
}

/** Goes on from a checkpoint's file. */
export async function resume({ optimizer: name }: FileCase, file: Uint8Array): Promise<Resumed> {
  const checkpoint = await load(file)
  if (!(checkpoint instanceof Map)) throw new Error('no dict')
  const saved: unknown = checkpoint.get('params')
  if (!Array.isArray(saved) || !saved.every((param) => param instanceof Tensor))
    throw new Error('no parameters')
  const params: Tensor[] = saved
  const type = classes[name]
  if (typeof type !== 'function') throw new Error(`no optimiser ${name}`)
  const optimizer: Optimizer = Reflect.construct(type, [params])
  const schedule = new MultiStepLR(optimizer, [])
  optimizer.loadStateDict(checkpoint.get('optimizer'))
  schedule.loadStateDict(checkpoint.get('schedule'))
  // The fixture drew the parameters, then ten gradients of each.
  const bits = seededBits(11)
  for (let i = 0; i < 11; i++) for (const param of params) drawn(bits, param)
  return { params, optimizer, schedule, bits }
}

/** Ten steps, as the fixture makes them. */
export function tenSteps({ params, optimizer, schedule, bits }: Resumed): void {
  for (let step = 0; step < 10; step++) {
    for (const param of params) param.grad = drawn(bits, param)
    optimizer.step()
    schedule.step()
  }
}

export function fileOf({ file }: FileCase): Uint8Array {
  return Uint8Array.from(atob(file), (char) => char.charCodeAt(0))
}

export function elementsOf(encoded: EncodedArray | undefined): ArrayLike<number | bigint> {
  if (encoded === undefined) throw new Error('no such parameter')
  return decodeArray(encoded)
}

/** draw of the fixtures. */
function drawn(bits: () => number, { numel, shape }: Tensor): Tensor {
  const elements = new Float32Array(numel).map(() => {
    const number = bits()
    return ((number >>> 8) / 2 ** 24 - 0.5) * 2 ** -(number & 7)
  })
  return tensor(elements, { shape })
}
