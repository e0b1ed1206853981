import type { Imports } from './instance.ts'
import { type place, serveSource } from './threadProtocol.ts'

/** What a worker is given. */
export interface WorkerData {
  readonly module: WebAssembly.Module
  readonly imports: Imports
  readonly control: Int32Array<SharedArrayBuffer>
  /** Places in `control`. */
  readonly place: typeof place
  /** Which of the orders is this worker's. */
  readonly index: number
}

export interface WorkerHandle {
  stop(): void
}

/** A worker that has not said it is ready after so many milliseconds is given up. */
const startMilliseconds = 60_000

/**
 * Starts a worker, in Node or in a browser; resolves when it waits for work.
 * @param onEnd called if it ends by itself
 * @param serve its loop
 * @throws Error where workers cannot be started
 */
export function startWorker(
  data: WorkerData,
  onEnd: () => void,
  serve: string = serveSource,
): Promise<WorkerHandle> {
  return globalThis.process?.versions?.node
    ? startInNode(data, onEnd, serve)
    : startInBrowser(data, onEnd, serve)
}

async function startInNode(data: WorkerData, onEnd: () => void, serve: string): Promise<WorkerHandle> {
  // An import or a bare `process` would make bundlers of web pages look for node:worker_threads. The worker's text uses
  // getBuiltinModule too: it may run as a script or, under --input-type=module, as a module, which has no `require`.
  const { Worker } = globalThis.process.getBuiltinModule('node:worker_threads')
  const source = `${serve}
const { parentPort, workerData } = process.getBuiltinModule('node:worker_threads')
serve(workerData, () => parentPort.postMessage('ready'))
`
  const worker = new Worker(source, { eval: true, workerData: data })
  await ready(
    (resolve, reject) => {
      worker.once('message', resolve)
      worker.once('error', reject)
      worker.once('exit', (code) => reject(new Error(`it ended with code ${code}`)))
    },
    () => worker.terminate(),
  )
  worker.on('error', onEnd)
  worker.on('exit', onEnd)
  // The process may end while workers wait.
  worker.unref()
  return { stop: () => void worker.terminate() }
}

async function startInBrowser(data: WorkerData, onEnd: () => void, serve: string): Promise<WorkerHandle> {
  if (typeof Worker === 'undefined' || typeof Blob === 'undefined') {
    throw new Error(
      'setNumThreads: this context cannot start workers, as service workers and worklets cannot; compute in a page or a worker of its own',
    )
  }
  const source = `${serve}
onmessage = ({ data }) => serve(data, () => postMessage('ready'))
`
  const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }))
  try {
    const worker = new Worker(trusted(url))
    await ready(
      (resolve, reject) => {
        worker.onmessage = resolve
        // An error that comes from a policy has no message.
        worker.onerror = ({ message }) =>
          reject(new Error(message ?? "does the page's Content-Security-Policy allow `worker-src blob:`?"))
        worker.postMessage(data)
      },
      () => worker.terminate(),
    )
    worker.onerror = onEnd
    return { stop: () => worker.terminate() }
  } finally {
    URL.revokeObjectURL(url)
  }
}

/** Resolves when the worker is ready; else stops it. */
async function ready(
  listen: (resolve: (value: unknown) => void, reject: (reason: Error) => void) => void,
  stop: () => void,
): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  try {
    await new Promise((resolve, reject) => {
      timer = setTimeout(() => reject(new Error('it did not answer in time')), startMilliseconds)
      listen(resolve, reject)
    })
  } catch (cause) {
    stop()
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`setNumThreads: a thread could not be started: ${why}`, { cause })
  } finally {
    clearTimeout(timer)
  }
}

/** The part of a browser's trusted types that is used here. */
interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL(url: string): string },
  ): { createScriptURL(url: string): string }
}

let policy: ReturnType<TrustedTypes['createPolicy']> | undefined

/** A worker's address as pages that require trusted types want it; their policies must allow the name `unroll`. */
function trusted(url: string): string {
  const { trustedTypes } = globalThis as { readonly trustedTypes?: TrustedTypes }
  policy ??= trustedTypes?.createPolicy('unroll', { createScriptURL: (own) => own })
  return policy?.createScriptURL(url) ?? url
}
