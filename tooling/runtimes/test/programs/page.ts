/** What the tests ask of a page: to run scripts in it, and in workers. */

/** Runs a script that leaves `program` behind, and calls what that has. */
export async function call(url: string, name: string): Promise<unknown> {
  // Unlike the address of a script, that of an import needs no trusted type.
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
 * Sends samples through the processor `effect` of a script, which is given a file.
 * @returns what the processor told, and what came out of it
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
