import { useEffect, useState } from 'preact/hooks'

/** Colours of site.css as numbers, for canvases. */
export type Colour = readonly [red: number, green: number, blue: number]
export type Palette = (name: string) => Colour

/** The colours of the page's theme; null before the page is there. Follows the reader's choice of light or dark. */
export function usePalette(): Palette | null {
  const [palette, setPalette] = useState<Palette | null>(null)
  useEffect(() => {
    const read = (): void => {
      const style = getComputedStyle(document.documentElement)
      const known = new Map<string, Colour>()
      setPalette(() => (name: string) => {
        const colour = known.get(name) ?? parse(style.getPropertyValue(`--${name}`))
        known.set(name, colour)
        return colour
      })
    }
    read()
    const observer = new MutationObserver(read)
    observer.observe(document.documentElement, { attributeFilter: ['data-theme'] })
    return () => observer.disconnect()
  }, [])
  return palette
}

/** `#rrggbb`, as site.css writes its colours; grey where it is something else. */
function parse(text: string): Colour {
  const digits = /^\s*#([0-9a-f]{6})\s*$/i.exec(text)?.[1]
  if (digits === undefined) return [128, 128, 128]
  const value = Number.parseInt(digits, 16)
  return [value >> 16, (value >> 8) & 255, value & 255]
}

/** From `neutral` at 0 to `high` at 1, to `low` at -1. */
export function mix(palette: Palette, value: number, high: string, low: string): Colour {
  const share = Math.min(1, Math.abs(value))
  const [from, to] = [palette('neutral'), palette(value < 0 ? low : high)]
  const at = (channel: 0 | 1 | 2): number => from[channel] + (to[channel] - from[channel]) * share
  return [at(0), at(1), at(2)]
}
