import type { Texts } from './texts.ts'

/** A plot, the rows it is drawn from, and what they mean. */
export interface Figure {
  /** The name in files and anchors. */
  readonly id: string
  readonly title: string
  /** A sentence that says what to look at. */
  readonly note: string
  readonly columns: readonly Column[]
  readonly rows: readonly Row[]
  /** Who is shown, in the order of the legend. */
  readonly names: readonly string[]
  /** Null where there is nothing to draw. The note then says why. */
  readonly draw: ((frame: Frame) => SVGElement | HTMLElement) | null
}

export interface Column {
  readonly key: string
  readonly title: string
}

export type Row = Readonly<Record<string, string | number | null>>

/** What a plot is drawn on. */
export interface Frame {
  readonly width: number
  readonly colours: Colours
}

export interface Colours {
  readonly ink: string
  readonly quiet: string
  readonly paper: string
  readonly of: (contender: string) => string
}

/** What every figure is made with. */
export interface FigureOptions {
  readonly texts: Texts
}

/** `case,ms` and so on: what spreadsheets read. */
export function toCsv(columns: readonly Column[], rows: readonly Row[]): string {
  const cell = (value: string | number | null | undefined): string => {
    const text = value === null || value === undefined ? '' : String(value)
    return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  }
  const lines = [columns.map(({ key }) => key), ...rows.map((row) => columns.map(({ key }) => row[key]))]
  return `${lines.map((line) => line.map(cell).join(',')).join('\n')}\n`
}
