/**
 * What is timed of training:
 *
 * - `forward`: nothing is recorded.
 * - `recorded-eval`: forward in eval mode, which keeps what backward needs. Nothing goes back.
 * - `unrecorded-eval`: as `forward`, in eval mode, a call in turn with each of `recorded-eval`. Before both is no backward, whose garbage a
 *   pass of few calls would collect.
 * - `recorded`: as `recorded-eval`, in training mode. A backward follows each, and is not timed.
 * - `unrecorded`: as `forward`, but what follows each is a forward and backward, as it is after a `recorded` one; not timed either.
 * - `backward`: forward and backward.
 * - `step`: forward, backward and a step of Adam, so that the next forward has to pack weights anew.
 * - `checkpointed`: as `backward`, with `checkpointEvery`, in long cases.
 */
export const passes = [
  'forward',
  'recorded-eval',
  'unrecorded-eval',
  'recorded',
  'unrecorded',
  'backward',
  'step',
  'checkpointed',
] as const

export type Pass = (typeof passes)[number]

/**
 * What learns:
 *
 * - `layers`: recurrent layers.
 * - `cells`: one layer as a loop of cells, a call for each timestep.
 * - `head`: layers, and a Linear layer from their outputs to as many numbers as a timestep of the input has.
 * - `language`: an Embedding of characters, layers, and a Linear layer to a score for each character.
 */
export const models = ['layers', 'cells', 'head', 'language'] as const

export type Model = (typeof models)[number]

/** How a case learns. */
export interface Training {
  readonly model: Model
  /** The case that times all passes in turn, so that they can be compared with each other. */
  readonly of: string
  /** The pass that was timed; null in the case of all. */
  readonly pass: Pass | null
}
