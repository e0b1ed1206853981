import { useEffect, useRef, useState } from 'preact/hooks'
import type { Heard, ProcessorMessage } from './messages.ts'
import { type Lack, lackOf, type Settings, type Sound, SoundError, startSound } from './sound.ts'

/** What the model says of itself once it runs. */
type Ready = Extract<ProcessorMessage, { readonly type: 'ready' }>

interface State {
  readonly status: 'off' | 'starting' | 'on'
  readonly ready: Ready | null
  /** The last moment; it stays when the sound ends. */
  readonly heard: Heard | null
  /** In milliseconds; null before it plays. */
  readonly latency: number | null
  readonly lack: Lack | null
  readonly problem: string | null
}

export interface SoundControl extends State {
  play(): void
  stop(): void
}

/** The sound of the page, which follows the settings. */
export function useSound(settings: Settings): SoundControl {
  const [state, setState] = useState<State>({
    status: 'off',
    ready: null,
    heard: null,
    latency: null,
    lack: null,
    problem: null,
  })
  const change = (some: Partial<State>): void => setState((before) => ({ ...before, ...some }))
  const sound = useRef<Sound | null>(null)
  /** Counts what was started: what an earlier start still tells is stale. */
  const turn = useRef(0)
  const close = (): void => {
    turn.current++
    sound.current?.close()
    sound.current = null
  }
  useEffect(() => {
    change({ lack: lackOf() })
    return close
  }, [])
  const latest = useRef(settings)
  latest.current = settings
  useEffect(() => sound.current?.set(settings), [settings])

  return {
    ...state,
    play() {
      close()
      const own = turn.current
      change({ status: 'starting', problem: null, lack: null })
      const told = (message: ProcessorMessage): void => {
        if (own !== turn.current) return
        if (message.type === 'ready') change({ status: 'on', ready: message })
        else if (message.type === 'heard') change({ heard: message, latency: sound.current?.latency ?? null })
        else fail(new Error(message.message))
      }
      const fail = (error: unknown): void => {
        if (own !== turn.current) return
        close()
        const lack = error instanceof SoundError ? error.lack : null
        change({ status: 'off', lack, problem: lack ? null : String(error) })
      }
      startSound(settings, told).then((started) => {
        if (own !== turn.current) started.close()
        else {
          sound.current = started
          // Settings may have changed while it loaded.
          started.set(latest.current)
        }
      }, fail)
    },
    stop() {
      close()
      change({ status: 'off' })
    },
  }
}
