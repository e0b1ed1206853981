import { useState } from 'preact/hooks'
import { Slider } from '../Slider.tsx'
import { blockSamples, sampleRate } from './messages.ts'
import { Pictures } from './Pictures.tsx'
import type { Settings, SourceName } from './sound.ts'
import { type Texts, textsOf } from './texts.ts'
import { type SoundControl, useSound } from './useSound.ts'

interface HearItProps {
  readonly language: string
}

const sources: readonly SourceName[] = ['strings', 'sine', 'sawtooth']
/** Microseconds in which a block must be there. */
const budget = (1e6 * blockSamples) / sampleRate

/** An LSTM in an AudioWorklet, which one hears and sees. */
export function HearIt({ language }: HearItProps) {
  const texts = textsOf(language)
  const [settings, setSettings] = useState<Settings>({ source: 'strings', pitch: 110, drive: 0, mix: 1 })
  const sound = useSound(settings)
  const { status, lack, problem } = sound
  const set = (some: Partial<Settings>): void => setSettings((before) => ({ ...before, ...some }))
  const hasPitch = settings.source !== 'strings'
  return (
    <div class="panel hear">
      <div class="panel-part panel-bar">
        <button
          type="button"
          class="primary"
          disabled={lack === 'noWorklet' || lack === 'notSecure'}
          onClick={status === 'off' ? sound.play : sound.stop}
        >
          {status === 'off' ? texts.play : texts.stop}
        </button>
        <label>
          {texts.source}{' '}
          <select
            value={settings.source}
            onChange={({ currentTarget: { value } }) =>
              set({ source: sources.find((name) => name === value) ?? 'strings' })
            }
          >
            {sources.map((name) => (
              <option key={name} value={name}>
                {texts.sources[name]}
              </option>
            ))}
          </select>
        </label>
        <span role="status">
          {status === 'starting' && texts.starting}
          {lack && <span class="problem">{texts.lacks[lack]}</span>}
          {problem && <span class="problem">{texts.failed(problem)}</span>}
        </span>
      </div>
      <div class="panel-part sliders">
        <Slider
          name={texts.mix}
          value={Math.round(100 * settings.mix)}
          from={0}
          to={100}
          text={texts.mixValue}
          set={(percent) => set({ mix: percent / 100 })}
        />
        <Slider
          name={texts.drive}
          value={settings.drive}
          from={-24}
          to={6}
          text={(decibels) => `${decibels} dB`}
          set={(drive) => set({ drive })}
        />
        {/* In steps of the ear: a semitone each. */}
        <Slider
          name={texts.pitch}
          value={Math.round(12 * Math.log2(settings.pitch / 55))}
          from={0}
          to={72}
          text={(semitones) => `${Math.round(55 * 2 ** (semitones / 12))} Hz`}
          set={(semitones) => set({ pitch: 55 * 2 ** (semitones / 12) })}
          disabled={!hasPitch}
        />
      </div>
      <Pictures heard={sound.heard} units={sound.ready?.units ?? 16} texts={texts} />
      <Facts sound={sound} texts={texts} />
    </div>
  )
}

/** Level, load, latency and engine, in words. */
function Facts({ sound, texts }: { readonly sound: SoundControl; readonly texts: Texts }) {
  const { heard, ready, latency, status } = sound
  const level = status === 'on' ? (heard?.level ?? 0) : 0
  const share = ready && (100 * ready.blockMicroseconds) / budget
  return (
    <dl class="panel-part hear-facts">
      <div>
        <dt>{texts.level}</dt>
        <dd>
          <meter min={-60} max={0} high={-3} value={decibels(level)} aria-label={texts.level} />{' '}
          <span class="figures">
            {level === 0
              ? texts.silent
              : texts.levelValue(decibels(level).toFixed(0), decibels(heard?.peak ?? 0).toFixed(0))}
          </span>
        </dd>
      </div>
      <div>
        <dt>{texts.load}</dt>
        <dd>
          {ready && share !== null ? (
            <>
              <meter min={0} max={100} high={70} value={share} aria-label={texts.load} />{' '}
              <span class="figures">
                {texts.loadValue(share.toFixed(1), ready.blockMicroseconds.toFixed(0), budget.toFixed(0))}
              </span>
            </>
          ) : (
            texts.notYet
          )}
          {share !== null && share > 100 && <p class="problem">{texts.tooSlow}</p>}
          <p class="hint">{texts.loadHint}</p>
        </dd>
      </div>
      <div>
        <dt>{texts.latency}</dt>
        <dd>
          <span class="figures">
            {latency === null ? texts.notYet : texts.latencyValue(latency.toFixed(1))}
          </span>
          <p class="hint">{texts.latencyHint}</p>
        </dd>
      </div>
      <div>
        <dt>{texts.engine}</dt>
        <dd>
          {ready?.engine ?? texts.notYet}
          {ready?.engine === 'reference' && <p class="hint">{texts.noWasm}</p>}
        </dd>
      </div>
    </dl>
  )
}

/** Decibels of an amplitude; what is below -60 dB counts as silence. */
function decibels(amplitude: number): number {
  return Math.max(-60, 20 * Math.log10(amplitude))
}
