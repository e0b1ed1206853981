import {
  type Checkpoint,
  CorruptCheckpointError,
  type ReadOptions,
  UnreadableSourceError,
  UnsafePickleError,
  UnsupportedFormatError,
} from '@unroll/weights'
import { exampleCheckpoint, hostileCheckpoint } from './examples.ts'
import { lookAt } from './lookAt.ts'
import type { Answer, FailureKind, Request } from './messages.ts'
import { readFile } from './readFile.ts'

/** Bytes that one tensor may take (512 MiB): a tab of a phone has little more. */
const mostBytes = 2 ** 29

let checkpoint: Checkpoint | null = null

function post(answer: Answer, transfer: Transferable[] = []): void {
  self.postMessage(answer, { transfer })
}

self.onmessage = async ({ data }: MessageEvent<Request>) => {
  try {
    if (data.type === 'look') await look(data.name, data.rows)
    else if (data.type === 'open') await openFiles(data.files, data.prefix)
    else await openFiles([data.hostile ? hostileCheckpoint() : exampleCheckpoint()], '')
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const name = data.type === 'look' ? data.name : null
    post({ type: 'failed', name, failure: { kind: kindOf(error), message } })
  }
}

async function openFiles(files: readonly File[], prefix: string): Promise<void> {
  // An index of shards names the others, which must have been chosen with it.
  const first = files.find(({ name }) => name.endsWith('.index.json')) ?? files[0]
  if (first === undefined) return
  const resolve = (name: string): File => {
    const found = files.find((file) => file.name === name)
    if (found) return found
    throw new UnreadableSourceError(`names the file ${name}: choose it together with this one`, {
      file: first.name,
    })
  }
  const read = await readFile(first, { onProgress, resolve }, prefix)
  checkpoint = read.checkpoint
  post({ type: 'opened', summary: read.summary })
}

let lastTold = 0
const onProgress: NonNullable<ReadOptions['onProgress']> = ({ loaded, total }) => {
  if (performance.now() - lastTold < 100) return
  lastTold = performance.now()
  post({ type: 'progress', loaded, total })
}

async function look(name: string, rows: number): Promise<void> {
  const tensor = checkpoint?.tensors.get(name)
  if (!checkpoint || !tensor) return
  const byteLength = Math.max(tensor.byteLength, tensor.storage.byteLength)
  if (byteLength > mostBytes) {
    post({ type: 'large', name, byteLength, most: mostBytes })
    return
  }
  const found = lookAt(await checkpoint.raw(name), rows)
  post({ type: 'looked', name, look: found }, found.heat ? [found.heat.cells.buffer] : [])
}

function kindOf(error: unknown): FailureKind {
  if (error instanceof UnsafePickleError) return 'unsafe'
  if (error instanceof UnsupportedFormatError) return 'unsupported'
  if (error instanceof CorruptCheckpointError) return 'corrupt'
  return error instanceof UnreadableSourceError ? 'unreadable' : 'other'
}
