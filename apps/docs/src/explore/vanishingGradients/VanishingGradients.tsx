import { useState } from 'preact/hooks'
import { arrowOf } from '../arrows.ts'
import { Slider } from '../Slider.tsx'
import { ValueTable } from '../ValueTable.tsx'
import { axisOf } from './axisOf.ts'
import { Facts } from './Facts.tsx'
import { FlowPlot } from './FlowPlot.tsx'
import { type Flows, kinds } from './flows.ts'
import { defaults, largestBias, longest, presets, type Settings, scales, shortest } from './settings.ts'
import { shown } from './shown.ts'
import { textsOf } from './texts.ts'
import { useFlows } from './useFlows.ts'

interface VanishingGradientsProps {
  readonly language: string
  /** Those of the settings at the start, computed when the site was made. */
  readonly initial: Flows
}

const presetNames = ['initial', 'open', 'orthogonal', 'large'] as const satisfies (keyof typeof presets)[]

/** The gradient of a loss at the last timestep, as it comes to each earlier one, for three layers side by side. */
export function VanishingGradients({ language, initial }: VanishingGradientsProps) {
  const texts = textsOf(language)
  const [settings, setSettings] = useState(defaults)
  const [chosen, setBack] = useState(10)
  const { flows, of, milliseconds, problem } = useFlows(settings, initial)
  const set = (some: Partial<Settings>): void => setSettings((before) => ({ ...before, ...some }))
  const last = flows.RNN.hidden.length - 1
  const back = Math.min(chosen, last)
  const axis = axisOf(flows)
  const rows = kinds.flatMap((kind) => {
    const { hidden, cell } = flows[kind]
    const row = (letter: string, curve: readonly number[]) => ({
      name: `${kind} ${letter}`,
      colour: `state-${letter}`,
      values: curve.map(shown),
    })
    return cell === null ? [row('h', hidden)] : [row('h', hidden), row('c', cell)]
  })
  const onKey = (event: KeyboardEvent): void => {
    const [, columns = 0] = arrowOf(event) ?? []
    if (columns === 0) return
    setBack(Math.max(0, Math.min(last, back - columns)))
    event.preventDefault()
  }
  const isPreset = (name: keyof typeof presets): boolean => {
    const { scale, gateBias, isOrthogonal } = presets[name]
    return (
      settings.scale === scale && settings.gateBias === gateBias && settings.isOrthogonal === isOrthogonal
    )
  }
  return (
    <div class="explore panel vanishing">
      <div class="panel-part panel-bar steering">
        {presetNames.map((name) => (
          <button key={name} type="button" aria-pressed={isPreset(name)} onClick={() => set(presets[name])}>
            {texts.presets[name]}
          </button>
        ))}
        <button type="button" class="draw" onClick={() => set({ seed: settings.seed + 1 })}>
          {texts.draw}
        </button>
      </div>
      <div class="panel-part sliders steering">
        <Slider
          name={texts.length}
          value={settings.length}
          from={shortest}
          to={longest}
          step={5}
          text={texts.timesteps}
          set={(length) => set({ length })}
        />
        <Slider
          name={texts.scale}
          value={scales.indexOf(settings.scale)}
          from={0}
          to={scales.length - 1}
          text={(at) => `× ${scales[at]}`}
          set={(at) => set({ scale: scales[at] ?? 1 })}
        />
        <Slider
          name={texts.gateBias}
          value={settings.gateBias}
          from={0}
          to={largestBias}
          step={0.5}
          text={(bias) => `+ ${bias}`}
          set={(gateBias) => set({ gateBias })}
        />
        <label class="orthogonal">
          <input
            type="checkbox"
            checked={settings.isOrthogonal}
            onChange={({ currentTarget }) => set({ isOrthogonal: currentTarget.checked })}
          />{' '}
          {texts.orthogonal}
        </label>
      </div>
      <div class="panel-part" aria-busy={of !== settings}>
        <p class="hint">{texts.shows}</p>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys move within it */}
        <section class="flows" tabIndex={0} aria-label={texts.keys} onKeyDown={onKey}>
          {kinds.map((kind) => (
            <FlowPlot
              key={kind}
              kind={kind}
              flow={flows[kind]}
              axis={axis}
              back={back}
              texts={texts}
              choose={setBack}
            />
          ))}
        </section>
        <div class="said" aria-live="polite">
          <p>{texts.at(last + 1 - back, back)}</p>
          {rows.map(({ name, colour, values }) => (
            <span key={name}>
              {name} <b class={colour}>{values[last - back]}</b>
            </span>
          ))}
        </div>
      </div>
      <div class="panel-part">
        <Facts flows={flows} texts={texts} />
        <p class="hint" role="status">
          {problem !== null ? (
            <span class="problem">{texts.failed(problem)}</span>
          ) : milliseconds === null ? (
            texts.built
          ) : (
            texts.took(of.seed, milliseconds.toFixed(0), flows.engine)
          )}
        </p>
        <ValueTable
          title={texts.table}
          corner={texts.timestep}
          columns={Array.from({ length: last + 1 }, () => '')}
          rows={rows}
          column={last - back}
        />
      </div>
    </div>
  )
}
