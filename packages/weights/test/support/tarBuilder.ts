import type { Bytes } from '../../src/source/source.ts'
import { concat, latin1, little } from './bytes.ts'
import { dict, global, int, pickle, text, tuple } from './torchBuilder.ts'

/** One member. Fields that are not given are correct. */
export interface TarMember {
  readonly name: string
  readonly data: Uint8Array
  readonly size?: string
  readonly type?: string
  readonly checksum?: string
}

const blockBytes = 512

/** Writes a ustar archive, with the faults that are asked for. */
export function buildTar(members: readonly TarMember[], end: Uint8Array = new Uint8Array(1024)): Bytes {
  const parts = members.flatMap((member) => {
    const { data } = member
    return [header(member), data, new Uint8Array((blockBytes - (data.length % blockBytes)) % blockBytes)]
  })
  return concat([...parts, end])
}

function header({ name, data, size, type = '0', checksum }: TarMember): Bytes {
  const block = new Uint8Array(blockBytes)
  const put = (at: number, field: string): void => block.set(latin1(field), at)
  const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, '0')
  put(0, name)
  put(100, '0000644\0')
  put(124, size ?? `${octal(data.length, 11)}\0`)
  put(148, '        ')
  put(156, type)
  put(257, 'ustar\x0000')
  const sum = block.reduce((total, byte) => total + byte, 0)
  put(148, checksum ?? `${octal(sum, 6)}\0 `)
  return block
}

/** `(key, location, class)`, a count and the bytes, for storage 7: the floats 1, 2, 3, 4; then no views. */
export function tarStorages(numel = 4, views = ']'): Bytes {
  return concat([
    pickle(int(1)),
    pickle(tuple(int(7), text('cpu'), global('torch', 'FloatStorage'))),
    latin1(little(numel, 8)),
    new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer),
    pickle(views),
  ])
}

/** Tensor 9, a (2, 2) view of storage 7. */
export function tarTensors(dimensions = 2, sizes: readonly number[] = [2, 2, 2, 1, 0], storage = 7): Bytes {
  return concat([
    pickle(int(1)),
    pickle(tuple(int(9), int(storage), global('torch', 'FloatTensor'))),
    latin1(little(dimensions, 4) + little(0, 4) + sizes.map((size) => little(size, 8)).join('')),
  ])
}

/** The members of a checkpoint of PyTorch 0.1 that holds `{ weight: tensor 9 }`. */
export function tarMembers(): [
  sysInfo: TarMember,
  pickled: TarMember,
  tensors: TarMember,
  storages: TarMember,
] {
  return [
    { name: 'sys_info', data: pickle(dict({ protocol_version: int(1000) })) },
    { name: 'pickle', data: pickle(dict({ weight: `${text('9')}Q` })) },
    { name: 'tensors', data: tarTensors() },
    { name: 'storages', data: tarStorages() },
  ]
}
