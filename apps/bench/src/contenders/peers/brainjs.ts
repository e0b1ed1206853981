import type { Contender } from '../contender.ts'
import { brainjsLearner } from '../training/brainjsLearner.ts'
import { requireOnDemand } from './onDemand.ts'

/** brain.js, in plain JavaScript. It takes part in training only; null where peers/ are not installed. */
export async function brainjs(): Promise<Contender | null> {
  const brain = requireOnDemand('brain.js')
  if (brain === null) return null
  return {
    name: 'brainjs',
    variant: requireOnDemand('brain.js/package.json').version,
    declines: () => onlyTraining,
    prepare: () => Promise.reject(new TypeError(`brainjs: ${onlyTraining}`)),
    training: brainjsLearner(brain.recurrent),
  }
}

const onlyTraining = 'only its training is compared'
