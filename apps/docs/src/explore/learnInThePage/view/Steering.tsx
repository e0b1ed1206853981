import type { Texts } from '../texts.ts'
import type { Learning } from '../useLearning.ts'

interface SteeringProps {
  readonly learning: Learning
  readonly texts: Texts
}

const learningRates = [0.001, 0.003, 0.01, 0.03]
const unitCounts = [8, 16, 32, 64]

/** Begins, pauses and leaves the run, and says how it stands. */
export function Steering({ learning, texts }: SteeringProps) {
  const { status, curve, isResumed, failure, checkpoint } = learning
  const step = curve.at(-1)?.step ?? 0
  const isResting = status === 'resting'
  const said = (): string => {
    if (status === 'resting') {
      if (step === 0) return texts.begin
      return isResumed ? texts.resumed(step) : texts.paused(step)
    }
    return texts.statuses[status]
  }
  return (
    <div class="panel-part panel-bar">
      <button
        type="button"
        class="primary"
        disabled={status === 'pausing'}
        onClick={isResting ? learning.train : learning.pause}
      >
        {isResting ? (checkpoint ? texts.goOn : texts.train) : texts.pause}
      </button>
      <button type="button" disabled={isResting && step === 0} onClick={learning.startAnew}>
        {texts.startAnew}
      </button>
      <Choice
        name={texts.learningRate}
        values={learningRates}
        value={learning.learningRate}
        choose={learning.setLearningRate}
      />
      <Choice
        name={texts.units}
        values={unitCounts}
        value={learning.units}
        choose={learning.setUnits}
        disabled={!isResting || step > 0}
      />
      <p role="status" class="learn-status">
        {failure ? (
          <span class="problem">
            {texts.failures[failure.kind](step)} <span class="detail">{failure.message}</span>
          </span>
        ) : (
          said()
        )}
      </p>
    </div>
  )
}

interface ChoiceProps {
  readonly name: string
  readonly values: readonly number[]
  readonly value: number
  readonly disabled?: boolean
  choose(value: number): void
}

function Choice({ name, values, value, disabled = false, choose }: ChoiceProps) {
  return (
    <label>
      {name}{' '}
      <select
        value={String(value)}
        disabled={disabled}
        onChange={({ currentTarget }) => choose(Number(currentTarget.value))}
      >
        {values.map((one) => (
          <option key={one} value={String(one)}>
            {one}
          </option>
        ))}
      </select>
    </label>
  )
}
