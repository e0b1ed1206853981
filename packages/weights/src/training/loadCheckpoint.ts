import { describeValue } from '@unroll/kernels'
import { load } from '../load.ts'
import type { CheckpointSource } from '../source/openSource.ts'
import type { SavedValue } from '../torch/inertRecord.ts'
import type { LoadOptions } from '../withReader.ts'
import { entriesOf } from '../write/savable.ts'
import { byName, isRunPart, type RunPart, remember, restore } from './stateful.ts'

/**
 * Reads a file of {@link saveCheckpoint}, or a dict that PyTorch saved, and gives each part its state. If one does not fit, all parts
 * stay as they are.
 * @param parts under the names they were saved with
 * @returns the other values of the file, by name
 * @throws as `load`; RangeError if the file lacks a part; whatever a part throws whose state does not fit
 *
 * @example
 * const file = saveCheckpoint({ model, epoch: 3 })   // or a path, a URL, a Blob
 * const rest = await loadCheckpoint(file, { model })
 * rest.get('epoch')   // 3
 */
export async function loadCheckpoint<Parts extends { readonly [Name in keyof Parts]: RunPart }>(
  source: CheckpointSource,
  parts: Parts,
  options?: LoadOptions | null,
): Promise<Map<string, SavedValue>> {
  const who = 'loadCheckpoint'
  const named = entriesOf<RunPart>(who, 'the parts of a run by name', parts, byName)
  for (const [name, part] of named) {
    if (isRunPart(part)) continue
    throw new TypeError(
      `${who}: expected ${name} to have stateDict and loadStateDict, or to be a Generator, got ${describeValue(part)}`,
    )
  }
  const saved = await load(source, options)
  if (!(saved instanceof Map)) {
    throw new RangeError(`${who}: expected a file that holds a dict, got ${describeValue(saved)}`)
  }
  const missing = named.filter(([name]) => !saved.has(name)).map(([name]) => name)
  if (missing.length > 0) {
    throw new RangeError(
      `${who}: expected ${missing.join(', ')} in the file, got ${[...saved.keys()].join(', ')}`,
    )
  }
  restoreAll(named, saved)
  const rest = new Map<string, SavedValue>()
  for (const [name, value] of saved) {
    if (typeof name === 'string' && !named.some(([own]) => own === name)) rest.set(name, value)
  }
  return rest
}

/** Gives all parts their states, or none. Parts may share something, so the last one that changed is put back first. */
function restoreAll(
  named: readonly (readonly [string, RunPart])[],
  saved: ReadonlyMap<unknown, unknown>,
): void {
  const undo: (() => void)[] = []
  try {
    for (const [name, part] of named) {
      const back = remember(name, part)
      restore('loadCheckpoint', name, part, saved.get(name))
      undo.push(back)
    }
  } catch (error) {
    const failures: unknown[] = []
    for (const back of undo.reverse()) {
      try {
        back()
      } catch (failure) {
        failures.push(failure)
      }
    }
    if (failures.length === 0) throw error
    throw new AggregateError(
      [error, ...failures],
      `loadCheckpoint: ${failures.length} of ${undo.length} parts did not take their own states back, after: ${String(error)}`,
    )
  }
}
