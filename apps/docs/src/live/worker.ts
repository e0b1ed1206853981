import type { LineKind } from './runCode.ts'

/** What the worker tells. `lines` come in batches; one of the others ends the run. */
export type WorkerMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'lines'; readonly lines: readonly Line[] }
  | { readonly type: 'done'; readonly milliseconds: number; readonly more: number }
  | { readonly type: 'failed'; readonly message: string; readonly more: number }

export interface Line {
  readonly kind: LineKind
  readonly text: string
}

/** More than anybody reads, and little enough for a page. */
const mostLines = 1000
const mostCharacters = 20_000

let queue: Line[] = []
let count = 0
let lastSent = 0

function print(kind: LineKind, text: string): void {
  count++
  if (count > mostLines) return
  const cut = text.length > mostCharacters ? `${text.slice(0, mostCharacters)} ...` : text
  queue.push({ kind, text: cut })
  // A loop that prints never lets a timer run: lines are sent from here.
  if (performance.now() - lastSent > 50) flush()
}

function flush(): void {
  lastSent = performance.now()
  if (queue.length > 0) post({ type: 'lines', lines: queue })
  queue = []
}

function post(message: WorkerMessage): void {
  self.postMessage(message)
}

self.onmessage = async ({ data }: MessageEvent<{ readonly code: string }>) => {
  const { runCode } = await import('./runCode.ts')
  const start = performance.now()
  const timer = setInterval(flush, 100)
  const more = (): number => Math.max(0, count - mostLines)
  try {
    await runCode(data.code, { print })
    flush()
    post({ type: 'done', milliseconds: performance.now() - start, more: more() })
  } catch (error) {
    flush()
    post({ type: 'failed', message: messageOf(error), more: more() })
  } finally {
    clearInterval(timer)
  }
}
post({ type: 'ready' })

function messageOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : `thrown: ${String(error)}`
}
