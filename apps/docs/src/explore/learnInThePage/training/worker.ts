import { GestureRun } from './gestureRun.ts'
import type { Answer, Request, TrainRequest } from './messages.ts'
import { samplesOf } from './samples.ts'

/** Milliseconds between two reports. */
const pause = 200
/** After so many steps training pauses by itself. */
const mostSteps = 3000

const stop = new AbortController()
let run: GestureRun | null = null

self.onmessage = ({ data }: MessageEvent<Request>) => {
  if (data.type === 'pause') stop.abort()
  else if (data.type === 'learningRate') {
    if (run) run.learningRate = data.learningRate
  } else
    train(data).catch((error: unknown) => {
      // Nobody would hear of a promise that is rejected in a worker.
      post({ type: 'failed', message: error instanceof Error ? error.message : String(error) })
    })
}

async function train({ settings, drawings, checkpoint }: TrainRequest): Promise<void> {
  const samples = samplesOf(drawings)
  run = checkpoint
    ? await GestureRun.restore(checkpoint, samples, settings)
    : new GestureRun(samples, settings)
  post({ type: 'started', engine: run.model.gru.engine.name })
  await learn(run)
  post({ type: 'paused' })
}

/** Trains until the page or the number of steps ends it. */
async function learn(run: GestureRun): Promise<void> {
  const last = run.step + mostSteps
  let losses: number[] = []
  let told = performance.now()
  const tell = (): void => {
    if (losses.length === 0) return
    const { step, seconds } = run
    const loss = losses.reduce((sum, one) => sum + one, 0) / losses.length
    const checkpoint = run.checkpoint()
    const point = { step, loss, accuracy: run.accuracy(), seconds }
    post({ type: 'progress', point, checkpoint }, [checkpoint.buffer])
    losses = []
    told = performance.now()
  }
  try {
    for await (const loss of run.steps(stop.signal)) {
      losses.push(loss)
      if (run.step === last) stop.abort()
      if (performance.now() - told >= pause) tell()
    }
  } catch (error) {
    if (error !== stop.signal.reason) throw error
  }
  tell()
}

function post(answer: Answer, transfer: Transferable[] = []): void {
  self.postMessage(answer, { transfer })
}
