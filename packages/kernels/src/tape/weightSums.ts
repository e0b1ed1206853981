import type { DirectionGradients, WantedGradients } from '../contract/training.ts'

/** The gradients of weights, summed over the segments of a sequence. */
export interface WeightSums {
  /** What a walk back through a segment is told that is wanted. */
  into(wanted: WantedGradients): WantedGradients
  /** Adds what a walk returned, unless it has added them itself. */
  add(weights: readonly DirectionGradients[]): void
  /** To be called once. */
  read(): readonly DirectionGradients[]
  [Symbol.dispose](): void
}

/** Sums in arrays, those that the first walk returned: nobody else has them. */
export class ArraySums implements WeightSums {
  #sums: readonly DirectionGradients[] = []

  into(wanted: WantedGradients): WantedGradients {
    return wanted
  }

  add(weights: readonly DirectionGradients[]): void {
    if (this.#sums.length === 0) this.#sums = weights
    else addTo(this.#sums, weights)
  }

  read(): readonly DirectionGradients[] {
    return this.#sums
  }

  [Symbol.dispose](): void {
    this.#sums = []
  }
}

function addTo(sums: readonly DirectionGradients[], others: readonly DirectionGradients[]): void {
  for (const [index, sum] of sums.entries()) {
    const other = others[index]
    for (const weight of ['weightIh', 'weightHh', 'biasIh', 'biasHh', 'weightHr'] as const) {
      const [to, from] = [sum[weight], other?.[weight]]
      if (to && from) for (let i = 0; i < to.length; i++) to[i] = (to[i] ?? 0) + (from[i] ?? 0)
    }
  }
}
