import { Detail } from './Detail.tsx'
import { gatesOf } from './gatesOf.ts'
import { HistogramView } from './HistogramView.tsx'
import type { Look } from './lookAt.ts'
import { countText, shapeText, sizeText, valueText } from './numbers.ts'
import type { Entry, Summary } from './readFile.ts'
import type { Texts } from './texts.ts'
import type { Chosen } from './useInspector.ts'
import { WeightMap } from './WeightMap.tsx'

interface TensorViewProps {
  readonly summary: Summary
  readonly chosen: Chosen | null
  readonly texts: Texts
}

/** The numbers of the tensor that was chosen. */
export function TensorView({ summary, chosen, texts }: TensorViewProps) {
  const entry = summary.weights.find(({ name }) => name === chosen?.name)
  if (summary.weights.length === 0) return null
  return (
    <div class="tensor" aria-busy={chosen?.state === 'reading'}>
      {entry ? <h3 class="tensor-name">{entry.name}</h3> : <p class="hint">{texts.pick}</p>}
      <div role="status">
        {chosen?.state === 'reading' && <p>{texts.readingTensor(Math.round(100 * chosen.share))}</p>}
        {chosen?.state === 'large' && (
          <p class="problem">{texts.large(sizeText(chosen.byteLength), sizeText(chosen.most))}</p>
        )}
        {chosen?.state === 'failed' && (
          <>
            <p class="problem">{texts.tensorFailed}</p>
            <Detail message={chosen.failure.message} texts={texts} />
          </>
        )}
      </div>
      {entry && (
        <Statistics entry={entry} look={chosen?.state === 'looked' ? chosen.look : null} texts={texts} />
      )}
      {entry && chosen?.state === 'looked' && (
        <Pictures look={chosen.look} gates={gatesOf(entry.name, summary.modules)} texts={texts} />
      )}
    </div>
  )
}

interface PicturesProps {
  readonly look: Look
  readonly gates: ReturnType<typeof gatesOf>
  readonly texts: Texts
}

function Pictures({ look: { count, heat, histogram }, gates, texts }: PicturesProps) {
  if (count === 0) return <p>{texts.noNumbers}</p>
  return (
    <>
      {histogram ? <HistogramView histogram={histogram} texts={texts} /> : <p>{texts.noFinite}</p>}
      {heat && <WeightMap key={heat.cells} heat={heat} gates={gates} texts={texts} />}
    </>
  )
}

interface StatisticsProps {
  readonly entry: Entry
  readonly look: Look | null
  readonly texts: Texts
}

function Statistics({ entry, look, texts: { statistics } }: StatisticsProps) {
  const rows: (readonly [name: string, value: string])[] = [
    [statistics.shape, shapeText(entry.shape)],
    [statistics.dtype, entry.dtype],
    [statistics.size, sizeText(entry.byteLength)],
  ]
  if (look && look.count > 0) {
    rows.push([statistics.zeros, countText(look.zeros)])
    if (look.histogram) {
      rows.push(
        [statistics.mean, valueText(look.mean)],
        [statistics.deviation, valueText(look.deviation)],
        [statistics.min, valueText(look.min)],
        [statistics.max, valueText(look.max)],
      )
    }
    if (look.nans > 0) rows.push([statistics.nans, countText(look.nans)])
    if (look.infinities > 0) rows.push([statistics.infinities, countText(look.infinities)])
  }
  return (
    <dl class="statistics">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
