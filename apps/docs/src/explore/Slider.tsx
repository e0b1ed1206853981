interface SliderProps {
  readonly name: string
  readonly value: number
  readonly from: number
  readonly to: number
  readonly step?: number
  readonly disabled?: boolean
  text(value: number): string
  set(value: number): void
}

/** A number to choose, with its name and what it says in words. */
export function Slider({ name, value, from, to, step = 1, disabled = false, text, set }: SliderProps) {
  return (
    <label class="slider">
      <span>{name}</span>
      <input
        type="range"
        min={from}
        max={to}
        step={step}
        value={value}
        disabled={disabled}
        aria-valuetext={text(value)}
        onInput={({ currentTarget }) => set(currentTarget.valueAsNumber)}
      />
      <output>{text(value)}</output>
    </label>
  )
}
