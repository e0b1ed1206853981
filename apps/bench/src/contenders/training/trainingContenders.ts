import { ownTraining } from './ownTraining.ts'
import { pytorchTraining } from './pytorchTraining.ts'
import { tfjsTraining } from './tfjsTraining.ts'
import type { TrainingContender } from './trainingContender.ts'

/** Everybody who can train in Node, the oracle first. Null where a contender is not installed. */
const makers: Readonly<Record<string, (threads: number) => Promise<TrainingContender | null>>> = {
  ...ownTraining,
  'tfjs-wasm': tfjsTraining,
  pytorch: pytorchTraining,
}

/** The contenders named, as far as they train and are installed. */
export async function trainingContenders(
  names: readonly string[],
  threads: number,
): Promise<{ readonly contenders: readonly TrainingContender[]; readonly missing: readonly string[] }> {
  const contenders: TrainingContender[] = []
  const missing: string[] = []
  for (const [name, make] of Object.entries(makers)) {
    if (!names.includes(name)) continue
    const contender = await make(threads)
    if (contender === null) missing.push(name)
    else contenders.push(contender)
  }
  return { contenders, missing }
}
