/** What the command line runs in a page: contenders and cases by name, as the dashboard runs them. */
import { allCases } from '../cases/recurrentCases.ts'
import { allTrainingCases } from '../cases/trainingCases.ts'
import type { Comparison } from '../measure/compareRecurrent.ts'
import type { Effort } from '../measure/rounds.ts'
import type { Introduction } from './protocol.ts'
import { Session } from './session.ts'

let session: Session | null = null
let names: readonly string[] = []

export async function start(contenders: readonly string[], threads: number): Promise<Introduction> {
  session = new Session({
    startWorker: () => new Worker('/worker.js', { type: 'module' }),
    files: {
      onnxruntime: {
        mjs: '/files/onnxruntime/ort-wasm-simd-threaded.mjs',
        wasm: '/files/onnxruntime/ort-wasm-simd-threaded.wasm',
      },
      tfjs: Object.fromEntries(
        ['', '-simd', '-threaded-simd'].map((build) => {
          const name = `tfjs-backend-wasm${build}.wasm`
          return [name, `/files/tfjs/${name}`]
        }),
      ),
    },
    threads,
  })
  const introduction = await session.introduce(contenders)
  names = introduction.contenders.map(({ name }) => name)
  return introduction
}

/** Calls the global `tell` before each round. */
export async function run(name: string, effort: Effort, withMemory: boolean): Promise<readonly Comparison[]> {
  const running = session
  const benchCase = [...allCases, ...allTrainingCases].find((each) => each.name === name)
  if (benchCase === undefined || running === null)
    throw new RangeError(`page: no case ${name}, or not started`)
  const tell = Reflect.get(globalThis, 'tell')
  let last = Number.NaN
  const comparisons = await running.compare(benchCase, names, effort, {
    onStep: (step) => {
      const isTimed = step.doing === 'warm-up' || step.doing === 'measure'
      if (!isTimed || step.round === last) return
      last = step.round
      tell(step.round, step.rounds)
    },
  })
  return withMemory ? Promise.all(comparisons.map((each) => running.withMemory(each))) : comparisons
}
