import type { Texture } from '../gpujs/types.ts'
import type { Collector } from '../schedule/emitter.ts'
import type { GlContext } from './glContext.ts'
import { corner, type Grid } from './grid.ts'

/** Gathers the results of timesteps by copying each into a texture of all of them. */
export class GlHistory implements Collector<Texture> {
  readonly #context: GlContext
  readonly #texture: Texture
  readonly #grid: Grid
  readonly #place: { readonly column: number; readonly width: number }

  /**
   * @param grid of `texture`; a timestep is one block
   * @param place where the columns of a result stand in those of a block: all of them, unless it says otherwise
   */
  constructor(
    context: GlContext,
    texture: Texture,
    grid: Grid,
    place: { readonly column: number; readonly width: number } = { column: 0, width: grid.columns },
  ) {
    this.#context = context
    this.#texture = texture
    this.#grid = grid
    this.#place = place
  }

  add(result: Texture, t: number): void {
    const { x, y } = corner(this.#grid, t)
    const { column, width } = this.#place
    this.#context.copy(result, this.#texture, { x: x + column, y, width, height: this.#grid.block })
  }

  gathered(): Texture {
    return this.#texture
  }
}
