import type { Histogram } from './lookAt.ts'
import { countText, valueText } from './numbers.ts'
import type { Texts } from './texts.ts'

interface HistogramViewProps {
  readonly histogram: Histogram
  readonly texts: Texts
}

/** Units of the drawing, which is stretched to its place. */
const height = 100

/** Bars, negative ones in their colour, and their counts as a table. */
export function HistogramView({ histogram: { from, to, counts }, texts }: HistogramViewProps) {
  const most = Math.max(...counts)
  const width = (to - from) / counts.length
  const zero = from < 0 && to > 0 ? (-from / (to - from)) * counts.length : null
  return (
    <figure>
      <figcaption>{texts.histogram}</figcaption>
      <svg
        class="histogram"
        viewBox={`0 0 ${counts.length} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={texts.histogramLabel(valueText(from), valueText(to))}
      >
        {counts.map((count, index) => {
          // A bar of few stays to be seen.
          const tall = count === 0 ? 0 : Math.max(1, (count / most) * height)
          const below = from + (index + 0.5) * width < 0
          return (
            <rect
              key={index}
              class={below ? 'below' : 'above'}
              x={index + 0.06}
              y={height - tall}
              width={0.88}
              height={tall}
            />
          )
        })}
        {zero !== null && <line x1={zero} x2={zero} y1={0} y2={height} />}
      </svg>
      <div class="histogram-axis" aria-hidden="true">
        <span>{valueText(from)}</span>
        {zero !== null && <span style={{ left: `${(100 * zero) / counts.length}%` }}>0</span>}
        <span>{valueText(to)}</span>
      </div>
      <details>
        <summary>{texts.histogramTable}</summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls */}
        <div class="scroll" tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th scope="col">{texts.from}</th>
                <th scope="col">{texts.to}</th>
                <th scope="col">{texts.count}</th>
              </tr>
            </thead>
            <tbody>
              {counts.map((count, index) => (
                <tr key={index}>
                  <td>{valueText(from + index * width)}</td>
                  <td>{valueText(from + (index + 1) * width)}</td>
                  <td>{countText(count)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </figure>
  )
}
