import { Generator, type Tensor, tensor } from '@unroll/tensor'
import { gestureNames } from '../gestureNames.ts'
import { movementsOf, type Stroke } from '../stroke.ts'
import { drawn, varied } from './gestures.ts'

/** A drawing of the reader's. */
export interface Drawing {
  /** Its class: a gesture of the page's, or one of the reader's, which come after these. */
  readonly label: number
  readonly stroke: Stroke
}

/** What a model learns from, `(timesteps, 2)` each, and what it is tested with. */
export interface Samples {
  readonly training: readonly Sample[]
  readonly heldOut: readonly Sample[]
}

export type Sample = readonly [movements: Tensor, label: number]

/** Samples that the page brings along of each gesture. */
const trainingEach = 48
const heldOutEach = 16
/** One in so many of the reader's drawings of a class is held out. */
const heldOutOneIn = 4
/** So many variants of each other drawing are learned from, as if other hands had drawn them. */
const hands = 12
const seed = 2014

/** The same ones each time: those of the page, and those made of the reader's drawings. */
export function samplesOf(drawings: readonly Drawing[]): Samples {
  const training: Sample[] = []
  const heldOut: Sample[] = []
  const add = (to: Sample[], stroke: Stroke, label: number): void => {
    const movements = movementsOf(stroke)
    if (movements) to.push([tensor(movements).reshape([-1, 2]), label])
  }
  gestureNames.forEach((_, label) => {
    for (const stroke of strokesOf(label, trainingEach)) add(training, stroke, label)
    for (const stroke of examplesOf(label, heldOutEach)) add(heldOut, stroke, label)
  })
  const counts = new Map<number, number>()
  const generator = new Generator().manualSeed(seed)
  for (const { label, stroke } of drawings) {
    const count = (counts.get(label) ?? 0) + 1
    counts.set(label, count)
    if (count % heldOutOneIn === 0) add(heldOut, stroke, label)
    else for (let hand = 0; hand < hands; hand++) add(training, varied(stroke, generator), label)
  }
  return { training, heldOut }
}

/** The first held-out drawings of a gesture of the page's: the model is not trained with them. */
export function examplesOf(label: number, count: number): readonly Stroke[] {
  return strokesOf(gestureNames.length + label, count)
}

/** @param set each set of drawings has draws of its own */
function strokesOf(set: number, count: number): readonly Stroke[] {
  const generator = new Generator().manualSeed(seed + set)
  const name = gestureNames[set % gestureNames.length] ?? 'circle'
  return Array.from({ length: count }, () => drawn(name, generator))
}
