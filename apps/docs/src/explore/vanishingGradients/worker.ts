import { flowsOf } from './flowsOf.ts'
import type { Answer, Request } from './messages.ts'

self.onmessage = ({ data }: MessageEvent<Request>) => {
  const start = performance.now()
  try {
    const flows = flowsOf(data)
    post({ type: 'computed', flows, milliseconds: performance.now() - start })
  } catch (error) {
    post({ type: 'failed', message: error instanceof Error ? error.message : String(error) })
  }
}

function post(answer: Answer): void {
  self.postMessage(answer)
}
