import { noGrad, tensor } from '@unroll/tensor'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Curve, extended, type Point } from '../src/explore/learnInThePage/curve.ts'
import { gestureNames } from '../src/explore/learnInThePage/gestureNames.ts'
import { GestureReader } from '../src/explore/learnInThePage/reading/gestureReader.ts'
import { movementsOf, type Stroke, timesteps } from '../src/explore/learnInThePage/stroke.ts'
import { GestureRun } from '../src/explore/learnInThePage/training/gestureRun.ts'
import type { Answer, Request, TrainRequest } from '../src/explore/learnInThePage/training/messages.ts'
import { type Drawing, examplesOf, samplesOf } from '../src/explore/learnInThePage/training/samples.ts'
import { Trainer } from '../src/explore/learnInThePage/training/trainer.ts'

const settings = { units: 16, learningRate: 0.01, classes: gestureNames.length }
const samples = samplesOf([])

/** The losses of so many steps. */
async function lossesOf(run: GestureRun, steps: number): Promise<number[]> {
  const losses: number[] = []
  const stop = new AbortController()
  try {
    for await (const loss of run.steps(stop.signal)) {
      losses.push(loss)
      if (losses.length === steps) stop.abort()
    }
  } catch (error) {
    if (error !== stop.signal.reason) throw error
  }
  return losses
}

describe('a drawing', () => {
  const corner: Stroke = [0.1, 0.1, 0.5, 0.1, 0.5, 0.5]

  it('is read as movements along equal parts of its line', () => {
    const movements = movementsOf(corner)
    expect(movements).toHaveLength(2 * timesteps)
    expect([...(movements ?? [])].slice(0, 2)).toEqual([expect.closeTo(1, 5), expect.closeTo(0, 5)])
    expect([...(movements ?? [])].slice(-2)).toEqual([expect.closeTo(0, 5), expect.closeTo(1, 5)])
  })

  it('may be large or small, anywhere, drawn fast or slowly', () => {
    const slow: Stroke = [0.1, 0.1, 0.15, 0.1, 0.2, 0.1, 0.5, 0.1, 0.5, 0.1, 0.5, 0.2, 0.5, 0.5]
    const elsewhere = corner.map((value) => 0.3 + value / 2)
    for (const other of [slow, elsewhere]) {
      expect(movementsOf(other)).toBeAllclose(movementsOf(corner) ?? new Float32Array())
    }
  })

  it('that is a dot is none', () => {
    expect(movementsOf([0.5, 0.5])).toBeNull()
    expect(movementsOf([0.5, 0.5, 0.51, 0.5])).toBeNull()
  })
})

describe('samples', () => {
  it('are the same each time, in the field, and parted', () => {
    expect([samples.training.length, samples.heldOut.length]).toEqual([288, 96])
    const again = samplesOf([])
    for (const at of [0, 100, 287]) {
      expect(again.training[at]?.[0].data).toEqual(samples.training[at]?.[0].data)
    }
    const learned = new Set(samples.training.map(([movements]) => movements.data.join()))
    expect(samples.heldOut.filter(([movements]) => learned.has(movements.data.join()))).toEqual([])
    const places = gestureNames.flatMap((_, label) => examplesOf(label, 4).flat())
    expect(Math.min(...places)).toBeGreaterThan(0.1)
    expect(Math.max(...places)).toBeLessThan(0.9)
  })

  it('count a drawing of the reader as twelve, and hold out one in four', () => {
    const drawings = Array.from({ length: 5 }, (): Drawing => ({ label: 6, stroke: [0, 0, 1, 1, 0, 1] }))
    const { training, heldOut } = samplesOf(drawings)
    expect(training.filter(([, label]) => label === 6)).toHaveLength(4 * 12)
    expect(heldOut.filter(([, label]) => label === 6)).toHaveLength(1)
  })
})

describe('a run', () => {
  it('learns 95 % of the held-out gestures within 600 steps, and a reader with its checkpoint reads them', async () => {
    const run = new GestureRun(samples, { ...settings, units: 32 })
    while (run.step < 600 && run.accuracy() < 0.95) await lossesOf(run, 25)
    expect(run.accuracy()).toBeGreaterThanOrEqual(0.95)
    const reader = new GestureReader()
    const [spiral = []] = examplesOf(5, 1)
    const probabilities = (await reader.read(run.checkpoint(), 32, spiral, settings.classes)) ?? []
    const movements = tensor(movementsOf(spiral) ?? []).reshape([1, -1, 2])
    const expected = noGrad(() => run.model.forward(movements, settings.classes)).softmax(1)
    expect(tensor([probabilities])).toBeAllclose(expected)
    expect(await reader.read(run.checkpoint(), 32, [0.5, 0.5], settings.classes)).toBeNull()
  })

  it('goes on from a checkpoint in the middle of an epoch, bit by bit', async () => {
    const whole = await lossesOf(new GestureRun(samples, settings), 26)
    const first = new GestureRun(samples, settings)
    const losses = await lossesOf(first, 13)
    const second = await GestureRun.restore(first.checkpoint(), samples, settings)
    expect(second.step).toBe(13)
    expect(second.seconds).toBe(first.seconds)
    losses.push(...(await lossesOf(second, 13)))
    expect(losses).toEqual(whole)
  })

  it('goes on with other samples and one more class, from what it has learned', async () => {
    const first = new GestureRun(samples, settings)
    const [before = 0] = await lossesOf(first, 60)
    const more = samplesOf([{ label: 6, stroke: [0.2, 0.2, 0.8, 0.2, 0.8, 0.8] }])
    const second = await GestureRun.restore(first.checkpoint(), more, { ...settings, classes: 7 })
    const [after = 0] = await lossesOf(second, 1)
    expect(after).toBeLessThan(before)
  })
})

describe('a curve', () => {
  it('of any length keeps at most 240 points, in order, its last one as it came', () => {
    let curve: Curve = []
    for (let step = 1; step <= 1000; step++) {
      const point: Point = { step, loss: 1 / step, accuracy: 0.5, seconds: step }
      curve = extended(curve, point)
      expect(curve.length).toBeLessThanOrEqual(240)
      expect(curve.at(-1)).toEqual(point)
    }
    const losses = curve.map(({ loss }) => loss)
    expect(losses).toEqual(losses.toSorted((a, b) => b - a))
    expect(curve.length).toBeGreaterThan(100)
  })

  it('has the mean loss of two points where it joins them', () => {
    const points = Array.from(
      { length: 240 },
      (_, i): Point => ({ step: i, loss: i, accuracy: 0, seconds: i }),
    )
    const curve = extended(points, { step: 240, loss: 240, accuracy: 0, seconds: 240 })
    expect(curve).toHaveLength(121)
    expect(curve.slice(0, 2).map(({ step, loss }) => [step, loss])).toEqual([
      [1, 0.5],
      [3, 2.5],
    ])
    expect(curve.at(-1)).toEqual({ step: 240, loss: 240, accuracy: 0, seconds: 240 })
  })
})

describe('a trainer', () => {
  class FakeWorker {
    onmessage: ((event: { data: Answer }) => void) | null = null
    onmessageerror: (() => void) | null = null
    onerror: ((event: { message: string; preventDefault(): void }) => void) | null = null
    readonly asked: Request[] = []
    isOver = false
    postMessage(request: Request): void {
      this.asked.push(request)
    }
    terminate(): void {
      this.isOver = true
    }
    dies(message: string): void {
      this.onerror?.({ message, preventDefault: () => undefined })
    }
  }
  const request: TrainRequest = { type: 'train', settings, drawings: [], checkpoint: null }
  const point: Point = { step: 7, loss: 1, accuracy: 0.5, seconds: 1 }
  const progress: Answer = { type: 'progress', point, checkpoint: new Uint8Array(1) }
  let told: unknown[] = []
  let workers: FakeWorker[] = []
  const trainer = new Trainer(
    {
      started: (engine) => told.push(engine),
      progress: ({ point }) => told.push(point.step),
      ended: (failure) => told.push(failure?.kind ?? 'paused'),
    },
    () => {
      const worker = new FakeWorker()
      workers.push(worker)
      return worker as unknown as Worker
    },
  )
  const start = (): FakeWorker => {
    trainer.start(request)
    const worker = workers.at(-1)
    if (!worker) throw new Error('expected a worker')
    return worker
  }
  beforeEach(() => {
    told = []
    workers = []
    vi.useFakeTimers()
  })
  afterEach(() => {
    trainer.close()
    vi.useRealTimers()
  })

  it('tells of each report, and ends the worker when it has paused', () => {
    const worker = start()
    worker.onmessage?.({ data: { type: 'started', engine: 'wasm' } })
    worker.onmessage?.({ data: progress })
    trainer.pause()
    worker.onmessage?.({ data: progress })
    worker.onmessage?.({ data: { type: 'paused' } })
    expect(told).toEqual(['wasm', 7, 7, 'paused'])
    expect(worker.asked.map(({ type }) => type)).toEqual(['train', 'pause'])
    expect(worker.isOver).toBe(true)
  })

  it('tells a worker that does not load from one that dies, and one that reports an error', () => {
    start().dies('')
    const second = start()
    second.onmessage?.({ data: { type: 'started', engine: 'wasm' } })
    second.dies('out of memory')
    start().onmessage?.({ data: { type: 'failed', message: 'a corrupt file' } })
    expect(told).toEqual(['load', 'wasm', 'died', 'failed'])
    expect(workers.map(({ isOver }) => isOver)).toEqual([true, true, true])
  })

  it('gives up a worker that is silent for 20 s, before it started or later', () => {
    start()
    vi.advanceTimersByTime(21_000)
    const worker = start()
    worker.onmessage?.({ data: { type: 'started', engine: 'wasm' } })
    vi.advanceTimersByTime(15_000)
    worker.onmessage?.({ data: progress })
    vi.advanceTimersByTime(15_000)
    expect(told).toEqual(['load', 'wasm', 7])
    vi.advanceTimersByTime(6000)
    expect(told).toEqual(['load', 'wasm', 7, 'silent'])
  })

  it('hears no more of a worker when another one begins', () => {
    const first = start()
    start()
    expect(first.isOver).toBe(true)
    expect(told).toEqual([])
  })
})
