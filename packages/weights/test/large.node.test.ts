import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { inspect, open } from '../src/index.ts'
import { layOutZip } from '../src/write/writeZip.ts'
import { crc32 } from '../src/zip/crc32.ts'
import { latin1, little } from './support/bytes.ts'
import { legacy, legacyStorage, legacyTensor } from './support/legacyBuilder.ts'
import { dict, int, pickle, storage, tensor, text, tuple } from './support/torchBuilder.ts'

// The files are sparse: 5 GiB of zeros take no space on the disk, and are never read.

const folder = mkdtempSync(join(tmpdir(), 'unroll-weights-'))
afterAll(() => rmSync(folder, { recursive: true }))

const big = 5 * 2 ** 30
const floats = new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer)

/** Writes parts at their offsets, with holes between. */
function sparse(name: string, parts: readonly (readonly [offset: number, bytes: Uint8Array])[]): string {
  const path = join(folder, name)
  const file = openSync(path, 'w')
  for (const [offset, bytes] of parts) writeSync(file, bytes, 0, bytes.length, offset)
  closeSync(file)
  return path
}

const bigView = { shape: tuple(int(big)), strides: tuple(int(1)) }

function safetensors(): string {
  const header = JSON.stringify({
    big: { dtype: 'U8', shape: [big], data_offsets: [0, big] },
    small: { dtype: 'F32', shape: [4], data_offsets: [big, big + 16] },
  })
  const head = latin1(little(header.length, 8) + header)
  return sparse('large.safetensors', [
    [0, head],
    [head.length + big, floats],
  ])
}

/** A zip64 archive. The storage of 5 GiB comes first, so that everything after it needs 64-bit offsets. */
function zip(): string {
  const body = dict({
    big: tensor({ of: storage(big, '0', 'ByteStorage'), ...bigView }),
    small: tensor({ of: storage(4, '1') }),
  })
  const small = [
    { name: 'archive/data.pkl', data: pickle(body) },
    { name: 'archive/data/1', data: floats },
    { name: 'archive/version', data: latin1('3\n') },
  ]
  const { heads, tail, tailStart } = layOutZip([
    { name: 'archive/data/0', size: big, crc: 0 },
    ...small.map(({ name, data }) => ({ name, size: data.length, crc: crc32(data) })),
  ])
  const [first = new Uint8Array(0), ...others] = heads
  const parts: [number, Uint8Array][] = [[0, first]]
  let at = first.length + big
  for (const [i, { data }] of small.entries()) {
    const head = others[i] ?? new Uint8Array(0)
    parts.push([at, head], [at + head.length, data])
    at += head.length + data.length
  }
  return sparse('large.pt', [...parts, [tailStart, tail]])
}

function stream(): string {
  const view = legacyTensor(legacyStorage(big, '0', 'N', 'ByteStorage'), tuple(int(big)))
  const body = dict({ big: view, small: legacyTensor(legacyStorage(4, '1')) })
  const head = legacy(body, { keys: `](${text('0')}${text('1')}e`, storages: little(big, 8) })
  return sparse('large-legacy.pt', [
    [0, head],
    [head.length + big, latin1(little(4, 8))],
    [head.length + big + 8, floats],
  ])
}

describe('beyond 4 GiB', () => {
  it.each([
    ['safetensors', safetensors()],
    ['zip', zip()],
    ['legacy', stream()],
  ])('%s files are inspected, and a tensor behind is read, at once', async (format, path) => {
    const { tensors, byteLength, refusals } = await inspect(path)
    expect([byteLength > big, tensors.get('big')?.byteLength, refusals.loadWeights]).toEqual([
      true,
      big,
      null,
    ])
    const checkpoint = await open(path)
    expect(checkpoint.format).toBe(format)
    expect((await checkpoint.get('small')).toArray()).toEqual([1, 2, 3, 4])
    await checkpoint.close()
  })
})
