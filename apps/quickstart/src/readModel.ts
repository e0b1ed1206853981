import { fileURLToPath } from 'node:url'
import { load } from '@unroll/weights'
import { Checkpoint } from './checkpoint.ts'

/** One of the files in `model/`, which stands beside both `src/` and `dist/`. */
export async function readModel(name: string): Promise<Checkpoint> {
  const path = fileURLToPath(new URL(`../model/${name}`, import.meta.url))
  return new Checkpoint(path, await load(path))
}
