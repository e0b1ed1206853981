import { noGrad, tensor } from '@unroll/tensor'
import { loadCheckpoint } from '@unroll/weights'
import { GestureModel } from '../gestureModel.ts'
import { movementsOf, type Stroke } from '../stroke.ts'

/** Reads drawings with the weights of a checkpoint. */
export class GestureReader {
  #model: GestureModel | null = null

  /**
   * How probable each class is. Null for a dot.
   * @param checkpoint a file of the run
   * @param units hidden units of its model
   */
  async read(
    checkpoint: Uint8Array,
    units: number,
    stroke: Stroke,
    classes: number,
  ): Promise<readonly number[] | null> {
    const movements = movementsOf(stroke)
    if (movements === null) return null
    const model = this.#model?.gru.hiddenSize === units ? this.#model : new GestureModel(units)
    this.#model = model
    await loadCheckpoint(checkpoint, { model })
    const scores = noGrad(() => model.forward(tensor(movements).reshape([1, -1, 2]), classes))
    return Array.from(scores.softmax(1).data, Number)
  }
}
