import type { Imports } from './instance.ts'

/** What a worker is given. */
export interface WorkerData {
  readonly module: WebAssembly.Module
  readonly imports: Imports
  readonly control: Int32Array<SharedArrayBuffer>
  /** Places in `control`: see threadPool.ts. */
  readonly place: Readonly<Record<'job' | 'done' | 'failed' | 'elementBytes' | 'records', number>>
  /** Which of the records is this worker's. */
  readonly index: number
}

export interface WorkerHandle {
  stop(): void
}

/**
 * The whole worker. As text, since a package cannot know how its user bundles files of workers; it uses nothing from
 * outside but WebAssembly and Atomics.
 */
const serve = `
function serve({ module, imports, control, place, index }, ready) {
  const { exports } = new WebAssembly.Instance(module, { env: imports })
  let seen = Atomics.load(control, place.job)
  ready()
  for (;;) {
    Atomics.wait(control, place.job, seen)
    seen = Atomics.load(control, place.job)
    const record = Atomics.load(control, place.records + index)
    if (record === 0) continue
    try {
      if (Atomics.load(control, place.elementBytes) === 4) exports.recurrentF32(record)
      else exports.recurrentF64(record)
    } catch {
      Atomics.add(control, place.failed, 1)
    }
    Atomics.add(control, place.done, 1)
    Atomics.notify(control, place.done)
  }
}
`

const nodeSource = `${serve}
const { parentPort, workerData } = require('node:worker_threads')
serve(workerData, () => parentPort.postMessage('ready'))
`

const browserSource = `${serve}
onmessage = ({ data }) => serve(data, () => postMessage('ready'))
`

/** Starts a worker, in Node or in a browser; resolves when it waits for work. */
export function startWorker(data: WorkerData): Promise<WorkerHandle> {
  return globalThis.process?.versions?.node ? startInNode(data) : startInBrowser(data)
}

async function startInNode(data: WorkerData): Promise<WorkerHandle> {
  // Neither sends the bundlers of web pages looking for it, as import and a bare `process` would.
  const { Worker } = globalThis.process.getBuiltinModule('node:worker_threads')
  const worker = new Worker(nodeSource, { eval: true, workerData: data })
  await new Promise((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })
  // The process may end while workers wait.
  worker.unref()
  return { stop: () => void worker.terminate() }
}

async function startInBrowser(data: WorkerData): Promise<WorkerHandle> {
  const url = URL.createObjectURL(new Blob([browserSource], { type: 'text/javascript' }))
  const worker = new Worker(url)
  try {
    await new Promise((resolve, reject) => {
      worker.onmessage = resolve
      worker.onerror = ({ message }) =>
        reject(new Error(`wasm engine: a thread could not be started: ${message}`))
      worker.postMessage(data)
    })
  } finally {
    URL.revokeObjectURL(url)
  }
  return { stop: () => worker.terminate() }
}
