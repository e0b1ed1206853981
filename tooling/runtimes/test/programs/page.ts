/** The program of a page that runs scripts, in itself and in workers. */

/** Runs a script that sets the global `program`, and calls one of its functions. */
export async function call(url: string, name: string): Promise<unknown> {
  // The address of a script would need a trusted type, that of an import does not.
  await import(url)
  const program: unknown = Reflect.get(globalThis, 'program')
  const { warn } = console
  const warnings: string[] = []
  console.warn = (text: string) => void warnings.push(text)
  try {
    const value: unknown = await Reflect.get(Object(program), name)()
    return { value, warnings }
  } finally {
    console.warn = warn
  }
}

/** The first message of a worker. A service worker is asked for it. */
export async function worker(kind: string, url: string): Promise<unknown> {
  if (kind === 'dedicated') return messageOf(new Worker(url))
  if (kind === 'shared') return messageOf(new SharedWorker(url).port)
  const registration = await navigator.serviceWorker.register(url)
  const channel = new MessageChannel()
  const service = registration.installing ?? registration.waiting ?? registration.active
  service?.postMessage(null, [channel.port2])
  const message = await messageOf(channel.port1)
  await registration.unregister()
  return message
}

interface Sender {
  onmessage: ((event: MessageEvent) => void) | null
  onerror?: ((event: ErrorEvent) => void) | null
}

function messageOf(sender: Sender): Promise<unknown> {
  return new Promise((resolve, reject) => {
    sender.onmessage = ({ data }) => resolve(data)
    sender.onerror = ({ message }) => reject(new Error(message))
  })
}

/**
 * Sends samples through the audio processor `effect` of a script, which gets a file.
 * @returns the processor's message, and its output
 */
export async function effect(
  url: string,
  file: readonly number[],
  input: readonly number[],
): Promise<unknown> {
  const audio = new OfflineAudioContext(1, input.length, 48_000)
  await audio.audioWorklet.addModule(url)
  const node = new AudioWorkletNode(audio, 'effect', { processorOptions: { file: Uint8Array.from(file) } })
  const told = await messageOf(node.port)
  const buffer = audio.createBuffer(1, input.length, audio.sampleRate)
  buffer.copyToChannel(Float32Array.from(input), 0)
  const source = new AudioBufferSourceNode(audio, { buffer })
  source.connect(node).connect(audio.destination)
  source.start()
  const rendered = await audio.startRendering()
  return { told, output: [...rendered.getChannelData(0)] }
}
