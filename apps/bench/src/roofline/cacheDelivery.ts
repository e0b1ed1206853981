import { type Timer, timer } from '../measure/rounds.ts'
import { named, section, sized, wasmStart } from './wasmBytes.ts'

/** A call reads at least this many bytes, so that its overhead does not show. */
const enoughBytes = 1 << 24

/** Longer measuring, in ms, does not change the result. The same holds for the roof. */
const enoughMs = 50

/** How fast the caches deliver an area that is read over and over, as weights are. */
export interface Delivery {
  /** The bytes that one call of {@link time} reads. */
  readonly bytes: number
  readonly time: Timer
}

/**
 * Measures how fast the caches can deliver an area of this size: a loop that reads a word of each cache line and does nothing
 * else. Reading both halves of the area at once was the fastest loop of those tried.
 * @param bytes the size of the area
 */
export function makeDelivery(bytes: number): Delivery {
  const half = Math.ceil(bytes / 2 / line) * line
  const times = Math.ceil(enoughBytes / (2 * half))
  const memory = new WebAssembly.Memory({ initial: Math.ceil((2 * half) / 65536) })
  // All pages of memory that was never written are the same page of zeros, so it is written first.
  new Uint8Array(memory.buffer).fill(1)
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(readingModule()), { env: { memory } })
  const { run } = exports
  if (typeof run !== 'function') throw new Error('makeDelivery: expected a function run')
  const time = timer(() => run(half, times), { async: false })
  return { bytes: 2 * half * times, time: (ms) => time(Math.min(ms, enoughMs)) }
}

/** Bytes of a cache line. */
const line = 64

/**
 * A module with one function `run(half: i32, times: i32) -> i32`. It sums the first words of all cache lines of both halves,
 * `times` times. The result depends on every word, else V8 would not read them.
 */
function readingModule(): Uint8Array<ArrayBuffer> {
  const [half, times, at, sum] = [0, 1, 2, 3]
  const get = (local: number): number[] => [0x20, local]
  const set = (local: number): number[] => [0x21, local]
  const add = 0x6a
  const load = [0x28, 2, 0] // i32.load, aligned, offset 0
  // biome-ignore format: a line a thought
  const body = [
    1, 2, 0x7f, // locals: one group, i32
    0x03, 0x40, // loop
    0x41, 0, ...set(at),
    0x03, 0x40, // loop
    ...get(sum),
    ...get(at), ...load, add,
    ...get(at), ...get(half), add, ...load, add,
    ...set(sum),
    ...get(at), 0x41, 0xc0, 0x00, add, 0x22, at, // i32.const 64, local.tee
    ...get(half), 0x49, 0x0d, 0, 0x0b, // i32.lt_u, br_if 0, end
    ...get(times), 0x41, 1, 0x6b, 0x22, times, // i32.const 1, i32.sub, local.tee
    0x0d, 0, 0x0b, // br_if 0, end
    ...get(sum),
    0x0b, // end
  ]
  return Uint8Array.from([
    ...wasmStart,
    ...section(1, [1, 0x60, 2, 0x7f, 0x7f, 1, 0x7f]), // type: (i32, i32) -> i32
    ...section(2, [1, ...named('env'), ...named('memory'), 2, 0, 1]), // import: a memory of a page or more
    ...section(3, [1, 0]),
    ...section(7, [1, ...named('run'), 0, 0]),
    ...section(10, [1, ...sized(body)]),
  ])
}
