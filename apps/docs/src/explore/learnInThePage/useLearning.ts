import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { extended } from './curve.ts'
import { gestureNames } from './gestureNames.ts'
import { forget, type Kept, keep, readKept, version } from './kept.ts'
import type { Drawing } from './training/samples.ts'
import { type Failure, Trainer } from './training/trainer.ts'

interface State extends Omit<Kept, 'version'> {
  readonly status: 'resting' | 'starting' | 'learning' | 'pausing'
  /** What computes; null before it is known. */
  readonly engine: string | null
  readonly failure: Failure | null
  /** True if the run was begun on an earlier visit and has not gone on yet. */
  readonly isResumed: boolean
  /** Why the browser keeps nothing, if it refuses. */
  readonly refusal: string | null
}

export interface Learning extends State {
  train(): void
  pause(): void
  /** Leaves the run, and keeps the drawings. */
  startAnew(): void
  setLearningRate(rate: number): void
  setUnits(units: number): void
  /** Adds a drawing to a class, which may be a new one. Training goes on with it. */
  add(label: number, stroke: Drawing['stroke'], newName?: string): void
  takeBack(): void
  forgetAll(): void
}

const nothing: State = {
  status: 'resting',
  units: 32,
  learningRate: 0.01,
  names: [],
  drawings: [],
  curve: [],
  checkpoint: null,
  engine: null,
  failure: null,
  isResumed: false,
  refusal: null,
}
const noRun = { curve: [], checkpoint: null, failure: null, isResumed: false } satisfies Partial<State>

/** Milliseconds between two writes of a run that goes on. */
const betweenWrites = 3000

/** The run of the page: it lives in a worker while it goes on, and in IndexedDB when the page is closed. */
export function useLearning(): Learning {
  const [state, setState] = useState(nothing)
  const latest = useRef(state)
  const change = (some: Partial<State>): void => {
    latest.current = { ...latest.current, ...some }
    setState(latest.current)
  }
  const trainer = useMemo(
    () =>
      new Trainer(
        {
          // It may have been asked to pause while it started.
          started: (engine) =>
            change({ engine, status: latest.current.status === 'pausing' ? 'pausing' : 'learning' }),
          progress: ({ point, checkpoint }) =>
            change({ checkpoint, curve: extended(latest.current.curve, point), isResumed: false }),
          ended: (failure) => change({ status: 'resting', failure }),
        },
        () => new Worker(new URL('./training/worker.ts', import.meta.url), { type: 'module' }),
      ),
    [],
  )
  useEffect(() => {
    readKept().then(
      (kept) => {
        // What the reader has begun meanwhile stays.
        if (kept && latest.current === nothing)
          change({ ...restored(kept), isResumed: kept.curve.length > 0 })
      },
      (error: unknown) => change({ refusal: String(error) }),
    )
    return () => trainer.close()
  }, [])
  useKeeping(state, change)

  const train = (): void => {
    const { units, learningRate, names, drawings, checkpoint, status } = latest.current
    change({ status: status === 'learning' ? status : 'starting', failure: null })
    const settings = { units, learningRate, classes: gestureNames.length + names.length }
    trainer.start({ type: 'train', settings, drawings, checkpoint })
  }
  /** Other samples: a worker that trains begins again with them, from its last report. */
  const setSamples = (some: Pick<State, 'names' | 'drawings'>): void => {
    change(some)
    if (latest.current.status === 'starting' || latest.current.status === 'learning') train()
  }
  return {
    ...state,
    train,
    pause() {
      change({ status: 'pausing' })
      trainer.pause()
    },
    startAnew() {
      trainer.close()
      change({ ...noRun, status: 'resting' })
    },
    setLearningRate(learningRate) {
      change({ learningRate })
      trainer.learningRate = learningRate
    },
    setUnits: (units) => change({ units }),
    add(label, stroke, newName) {
      const { names, drawings } = latest.current
      setSamples({
        names: newName === undefined ? names : [...names, newName],
        drawings: [...drawings, { label, stroke }],
      })
    },
    takeBack: () =>
      setSamples({ names: latest.current.names, drawings: latest.current.drawings.slice(0, -1) }),
    forgetAll() {
      trainer.close()
      change({ ...nothing, refusal: latest.current.refusal })
      forget().catch((error: unknown) => change({ refusal: String(error) }))
    },
  }
}

function restored({ units, learningRate, names, drawings, curve, checkpoint }: Kept): Partial<State> {
  return { units, learningRate, names, drawings, curve, checkpoint }
}

/** Writes what changed: at once when training rests, and every few seconds while it goes on. */
function useKeeping(state: State, change: (some: Partial<State>) => void): void {
  const { status, units, learningRate, names, drawings, curve, checkpoint } = state
  const written = useRef(0)
  useEffect(() => {
    const isNew = units === nothing.units && learningRate === nothing.learningRate
    const isEmpty = drawings === nothing.drawings && curve === nothing.curve
    const isEarly = status === 'learning' && performance.now() - written.current < betweenWrites
    if ((isNew && isEmpty) || isEarly) return
    written.current = performance.now()
    keep({ version, units, learningRate, names, drawings, curve, checkpoint }).catch((error: unknown) =>
      change({ refusal: String(error) }),
    )
  }, [status, units, learningRate, drawings, curve])
}
