/**
 * Waits for a task of its own, so that the event loop handles all else before: input, frames, timers, messages.
 *
 * `scheduler.yield` does not do that: it goes on before timers and messages, and in Chromium a loop of it lets none of them run. A
 * timeout costs 4 ms, and a second in a tab that nobody sees.
 */
export function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { setImmediate } = globalThis as Partial<Immediates>
    if (setImmediate) setImmediate(resolve)
    else if (typeof MessageChannel === 'function') postTask(resolve)
    else setTimeout(resolve)
  })
}

/** Global in Node, Deno and Bun. */
interface Immediates {
  setImmediate(act: () => void): unknown
}

/** Runs `act` as a task. A channel of its own for each would cost four times as much. */
function postTask(act: () => void): void {
  waiting.push(act)
  port ??= openPort()
  port.postMessage(null)
}

const waiting: (() => void)[] = []
let port: MessagePort | null = null

/** A port to which a message is sent for each task. */
function openPort(): MessagePort {
  const { port1, port2 } = new MessageChannel()
  port1.onmessage = () => waiting.shift()?.()
  return port2
}
