/// <reference types="node" />
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LSTM } from '@unroll/sequence'
import { tensor } from '@unroll/tensor'
import { savePt, saveSafetensors } from '@unroll/weights'

/** Files that the snippets of a README read, by the README's path. */
const files: Readonly<Record<string, () => Readonly<Record<string, Uint8Array>>>> = {
  'README.md': () => ({ 'lstm.pt': savePt(new LSTM(24, 48, { bidirectional: true }).stateDict()) }),
  'packages/torch/README.md': () => ({ 'model.pt': savePt(new LSTM(10, 20, { numLayers: 2 }).stateDict()) }),
  'packages/weights/README.md': () => ({
    'model.pt': savePt(new LSTM(3, 5).stateDict({ prefix: 'encoder.' })),
    'dataparallel.pt': savePt(new LSTM(3, 5).stateDict({ prefix: 'module.' })),
    'large.safetensors': saveSafetensors(
      new Map([...new LSTM(3, 5).stateDict({ prefix: 'lstm.' }), ['scales', tensor([1, 2])]]),
    ),
    'checkpoint.pt': savePt(new Map([['epoch', 3]])),
  }),
}

/** Makes the folder in which the snippets of a README run. */
export async function makeFolder(project: string, readme: string): Promise<string> {
  const folder = join(project, readme.replaceAll(/\W/g, '-'))
  await mkdir(folder)
  for (const [name, bytes] of Object.entries(files[readme]?.() ?? {}))
    await writeFile(join(folder, name), bytes)
  return folder
}
