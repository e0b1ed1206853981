import { type Timer, timer } from '../measure/rounds.ts'
import { named, section, sized, wasmStart } from './wasmBytes.ts'

const accumulators = 12

/** Multiply-adds of one call of the roof's loop: 4 lanes, ten thousand turns. */
export const roofMultiplyAdds: number = accumulators * 4 * 10_000

/** The roof's loop is hot and measured after this many ms. */
const enoughMs = 50

export interface Roof {
  /** The instructions in the loop. */
  readonly instructions: string
  readonly time: Timer
}

/**
 * Measures how many 128-bit multiply-adds the processor can do: a loop of nothing else, 12 independent ones a turn, as in the
 * engine's fastest kernel. Without relaxed SIMD it multiplies and adds instead.
 */
export function makeRoof(): Roof {
  const { module, turns, instructions } = roofProgram()
  const { run } = new WebAssembly.Instance(module).exports
  if (typeof run !== 'function') throw new Error('makeRoof: expected a function run')
  const time = timer(() => run(turns), { async: false })
  return {
    instructions,
    time: (ms) => time(Math.min(ms, enoughMs)),
  }
}

/** The loop that this runtime can run, as a module with one function `run(turns)`. */
export function roofProgram(): Pick<Roof, 'instructions'> & {
  readonly module: WebAssembly.Module
  /** As many turns do {@link roofMultiplyAdds}. */
  readonly turns: number
} {
  const fused = WebAssembly.validate(roofModule(true))
  return {
    module: new WebAssembly.Module(roofModule(fused)),
    turns: roofMultiplyAdds / (accumulators * 4),
    instructions: fused ? 'f32x4.relaxed_madd' : 'f32x4.mul, f32x4.add',
  }
}

/**
 * A module with one function `run(turns: i32) -> f32`; local 0 counts down, local 1 is the factor, the accumulators
 * follow. The result depends on every accumulator, else V8 would drop them.
 */
function roofModule(fused: boolean): Uint8Array<ArrayBuffer> {
  const factor = 1
  const accumulator = (i: number): number => factor + 1 + i
  const indices = Array.from({ length: accumulators }, (_, i) => i)
  const get = (local: number): number[] => [0x20, local]
  const set = (local: number): number[] => [0x21, local]
  const f32x4 = {
    splat: [0xfd, 0x13],
    extractLane0: [0xfd, 0x1f, 0],
    add: [0xfd, 0xe4, 0x01],
    mul: [0xfd, 0xe6, 0x01],
  }
  const relaxedMadd = [0xfd, 0x85, 0x02]
  const loop = indices.flatMap((i) =>
    fused
      ? [...get(factor), ...get(factor), ...get(accumulator(i)), ...relaxedMadd, ...set(accumulator(i))]
      : // A product of another accumulator, which V8 cannot move out of the loop.
        [
          ...get(factor),
          ...get(accumulator((i + accumulators / 2) % accumulators)),
          ...f32x4.mul,
          ...get(accumulator(i)),
          ...f32x4.add,
          ...set(accumulator(i)),
        ],
  )
  // biome-ignore format: a line a thought
  const body = [
    1, 1 + accumulators, 0x7b, // locals: one group, v128
    ...get(0), 0xb2, ...f32x4.splat, ...set(factor), // f32.convert_i32_s
    0x03, 0x40, // loop
    ...loop,
    ...get(0), 0x41, 1, 0x6b, 0x22, 0, // i32.const 1, i32.sub, local.tee
    0x0d, 0, 0x0b, // br_if 0, end
    ...get(accumulator(0)),
    ...indices.slice(1).flatMap((i) => [...get(accumulator(i)), ...f32x4.add]),
    ...f32x4.extractLane0,
    0x0b, // end
  ]
  return Uint8Array.from([
    ...wasmStart,
    ...section(1, [1, 0x60, 1, 0x7f, 1, 0x7d]), // type: (i32) -> f32
    ...section(3, [1, 0]),
    ...section(7, [1, ...named('run'), 0, 0]),
    ...section(10, [1, ...sized(body)]),
  ])
}
