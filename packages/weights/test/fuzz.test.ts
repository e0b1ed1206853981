import { seededBits } from '@unroll/testing'
import { describe, expect, it } from 'vitest'
import { CheckpointError, load, loadWeights } from '../src/index.ts'
import type { Bytes } from '../src/source/source.ts'
import { latin1, little } from './support/bytes.ts'
import {
  call,
  checkpoint,
  dict,
  int,
  pickle,
  records,
  storage,
  tensor,
  text,
  tuple,
} from './support/torchBuilder.ts'
import { buildZip } from './support/zipBuilder.ts'

// Every input gives a result or a CheckpointError; anything else fails the test. Seeds are fixed: a failure repeats.

/** A pickle with most opcodes that real files have. */
const body = dict({
  weight: tensor(),
  view: tensor({ shape: tuple(int(2), int(2)), strides: tuple(int(1), int(2)) }),
  parameter: call('torch._utils', '_rebuild_parameter', tensor(), '\x88', call('collections', 'OrderedDict')),
  list: `](${int(1)}${text('two')}G?\xf8\x00\x00\x00\x00\x00\x00Ne`,
  long: `\x8a\x0a${'\x01'.repeat(10)}`,
  memo: `)q\x01h\x01\x86`,
  ordered: `${call('collections', 'OrderedDict')}(${text('a')}${int(1)}u${dict({ _metadata: '}' })}b`,
  set: `\x8f(${int(1)}K\x02M\x03\x00\x90`,
  bytes: `${call('_codecs', 'encode', text('ab'), text('latin1'))}C\x02xyB\x02\x00\x00\x00zw\x87`,
  size: call('torch', 'Size', tuple(int(2))),
  storage: storage(4),
  global: `${text('torch')}${text('float32')}\x93`,
})

const header =
  '{"__metadata__":{"a":"b"},"x":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},"y":{"dtype":"BOOL","shape":[],"data_offsets":[8,9]}}'
const safetensors = latin1(`${little(header.length, 8)}${header}${'\x00'.repeat(9)}`)

/** Tries both readers; true if at least one gave a result. */
async function survives(bytes: Bytes): Promise<boolean> {
  const outcomes = await Promise.allSettled([load(bytes), loadWeights(bytes)])
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(CheckpointError)
  }
  return outcomes.some(({ status }) => status === 'fulfilled')
}

/** Changes one to four bytes: to any value, in one bit, or to an edge value. */
function mutate(bytes: Bytes, random: () => number): Bytes {
  const mutated = bytes.slice()
  for (let changes = 1 + (random() % 4); changes > 0; changes--) {
    const at = random() % mutated.length
    const old = mutated[at] ?? 0
    mutated[at] =
      [random() & 0xff, old ^ (1 << (random() & 7)), 0x00, 0xff, 0x7f, 0x80, old + 1][random() % 7] ?? 0
  }
  return mutated
}

describe('truncation at every byte', () => {
  it.each([
    ['a zip checkpoint', checkpoint(body)],
    ['a zip checkpoint with zip64 records', buildZip(records(pickle(body)), { zip64: {} })],
    ['a safetensors file', safetensors],
  ])('of %s is always an error', async (_, bytes) => {
    expect(await survives(bytes)).toBe(true)
    for (let length = 0; length < bytes.length; length++) {
      expect(await survives(bytes.slice(0, length)), `${length} bytes`).toBe(false)
    }
  })

  it('of the pickle within a sound archive is always an error', async () => {
    const whole = pickle(body)
    for (let length = 0; length < whole.length; length++) {
      expect(await survives(buildZip(records(whole.slice(0, length)))), `${length} bytes`).toBe(false)
    }
  })
})

describe('mutation', () => {
  it.each([
    ['an archive', 2000, (random: () => number) => mutate(checkpoint(body), random)],
    [
      'a pickle in a sound archive',
      4000,
      (random: () => number) => buildZip(records(mutate(pickle(body), random))),
    ],
    ['a safetensors file', 3000, (random: () => number) => mutate(safetensors, random)],
  ])('of %s, %d times, gives a result or an error', async (_, times, make) => {
    const random = seededBits(2024)
    let results = 0
    for (let i = 0; i < times; i++) if (await survives(make(random))) results++
    // If all failed in the same way, only the first check would have been tested.
    expect(results).toBeGreaterThan(0)
    expect(results).toBeLessThan(times)
  })

  it('of random bytes is always an error', async () => {
    const random = seededBits(7)
    for (let i = 0; i < 500; i++) {
      const bytes = Uint8Array.from({ length: random() % 200 }, () => random() & 0xff)
      expect(await survives(bytes)).toBe(false)
      await survives(buildZip(records(Uint8Array.of(0x80, 4, ...bytes))))
    }
  })
})
