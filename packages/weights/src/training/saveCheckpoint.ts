import type { Bytes } from '../source/source.ts'
import { entriesOf } from '../write/savable.ts'
import { type Savable, savePt } from '../write/savePt.ts'
import { byName, isRunPart, type RunPart, stateOf } from './stateful.ts'

/** The parts of a run under names of your choice, and whatever else is to be kept with them: an object, of an interface too. */
export type Run<Names extends PropertyKey = string> = { readonly [Name in Names]: RunPart | Savable }

/**
 * The bytes of one `.pt` file with everything that a run of training needs to go on: of each part with a state dict (module,
 * optimiser, schedule, loader) that, of a generator its state, of other values the values.
 *
 * `torch.load(file, weights_only=True)` gives a dict with these names, whose entries PyTorch's own classes load.
 * @throws TypeError for a value that a file cannot hold
 *
 * @example
 * const run = { model, generator: defaultGenerator() }   // and optimizer, scheduler, loader
 * await writeFile('run.pt', saveCheckpoint({ ...run, epoch: 3 }))
 */
export function saveCheckpoint<R extends Run<keyof R>>(run: R): Bytes {
  const entries = entriesOf<RunPart | Savable>('saveCheckpoint', 'the parts of a run by name', run, byName)
  return savePt(new Map(entries.map(([name, value]) => [name, isRunPart(value) ? stateOf(value) : value])))
}
