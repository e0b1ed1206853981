import ampUrl from './amp.safetensors?url'
import { pluckedLoop } from './loop.ts'
import { type ProcessorMessage, processorName, sampleRate } from './messages.ts'
import workletUrl from './worklet.ts?worker&url'

export type SourceName = 'strings' | 'sine' | 'sawtooth'

export interface Settings {
  readonly source: SourceName
  /** Frequency of the tones, in Hz. */
  readonly pitch: number
  /** Gain of the amplifier's input, in dB. */
  readonly drive: number
  /** From 0, dry, to 1, wet. */
  readonly mix: number
}

/** What plays, until it is closed. */
export interface Sound {
  /** From the amplifier's output to the speaker, in milliseconds, as the browser tells it. */
  readonly latency: number
  set(settings: Settings): void
  close(): void
}

/** Why there is no sound: the first two are found before anything is loaded. */
export type Lack = 'noWorklet' | 'notSecure' | 'noDevice'

export class SoundError extends Error {
  override readonly name = 'SoundError'
  readonly lack: Lack

  constructor(lack: Lack) {
    super(lack)
    this.lack = lack
  }
}

/** What this browser lacks; null where it lacks nothing. */
export function lackOf(): Lack | null {
  if (!isSecureContext) return 'notSecure'
  return typeof AudioContext === 'undefined' || typeof AudioWorkletNode === 'undefined' ? 'noWorklet' : null
}

/** Milliseconds until a browser has found its sound device. */
const patience = 4000
/** Amplitude of a tone, as loud as the loop. */
const toneLevel = 0.4
/** Seconds in which a setting moves to its new value, so that nothing clicks. */
const glide = 0.02

/**
 * Starts the sound; called when the reader asks for it, since browsers play nothing before.
 * @throws SoundError for what the browser lacks, and what loading the worklet or the weights throws
 */
export async function startSound(
  settings: Settings,
  told: (message: ProcessorMessage) => void,
): Promise<Sound> {
  const lack = lackOf()
  if (lack) throw new SoundError(lack)
  const context = new AudioContext({ sampleRate, latencyHint: 'interactive' })
  try {
    await within(context.resume())
    const [answer] = await Promise.all([fetch(ampUrl), context.audioWorklet.addModule(workletUrl)])
    if (!answer.ok) throw new Error(`the weights could not be loaded: HTTP status ${answer.status}`)
    const file = new Uint8Array(await answer.arrayBuffer())
    return connect(context, file, settings, told)
  } catch (error) {
    await context.close()
    throw error
  }
}

/** Without a sound device some browsers wait for ever. */
function within(promise: Promise<void>): Promise<void> {
  const late = new Promise<void>((_, reject) => {
    setTimeout(() => reject(new SoundError('noDevice')), patience)
  })
  return Promise.race([promise, late])
}

function connect(
  context: AudioContext,
  file: Uint8Array,
  settings: Settings,
  told: (message: ProcessorMessage) => void,
): Sound {
  const amp = new AudioWorkletNode(context, processorName, {
    channelCount: 1,
    channelCountMode: 'explicit',
    outputChannelCount: [1],
    processorOptions: { file },
  })
  amp.connect(context.destination)
  let current = settings
  let source: SourceNode | null = null
  const apply = (next: Settings): void => {
    const now = context.currentTime
    amp.parameters.get('drive')?.setTargetAtTime(10 ** (next.drive / 20), now, glide)
    amp.parameters.get('mix')?.setTargetAtTime(next.mix, now, glide)
    if (source && next.source !== current.source) {
      source.stop()
      source = sourceOf(context, next, amp)
    }
    source?.pitch?.setTargetAtTime(next.pitch, now, glide)
    current = next
  }
  amp.port.onmessage = ({ data }: MessageEvent<ProcessorMessage>) => {
    // The loop begins when the model is there.
    if (data.type === 'ready') source = sourceOf(context, current, amp)
    told(data)
  }
  amp.onprocessorerror = () => told({ type: 'failed', message: 'the processor threw an error' })
  apply(settings)
  return {
    get latency() {
      return 1000 * (context.baseLatency + (context.outputLatency || 0))
    },
    set: apply,
    close() {
      amp.port.onmessage = null
      void context.close()
    },
  }
}

interface SourceNode {
  /** Absent where it has none. */
  readonly pitch?: AudioParam
  stop(): void
}

function sourceOf(context: AudioContext, { source, pitch }: Settings, into: AudioNode): SourceNode {
  if (source === 'strings') {
    const sound = pluckedLoop()
    const buffer = context.createBuffer(1, sound.length, sampleRate)
    buffer.copyToChannel(sound, 0)
    const node = new AudioBufferSourceNode(context, { buffer, loop: true })
    node.connect(into)
    node.start()
    return { stop: () => node.disconnect() }
  }
  const level = new GainNode(context, { gain: toneLevel })
  const node = new OscillatorNode(context, { type: source, frequency: pitch })
  node.connect(level).connect(into)
  node.start()
  return {
    pitch: node.frequency,
    stop() {
      node.stop()
      level.disconnect()
    },
  }
}
