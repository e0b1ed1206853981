import { useEffect, useState } from 'preact/hooks'
import type { Colours } from './figure.ts'
import { remember } from './remember.ts'

/** The docs site keeps its reader's choice of a theme here. The dashboard is in a folder of the site. */
const place = 'starlight-theme'

export function useTheme(): { readonly flip: () => void } {
  return {
    flip: () => {
      const { dataset } = document.documentElement
      dataset['theme'] = dataset['theme'] === 'dark' ? 'light' : 'dark'
      remember(place, dataset['theme'])
    },
  }
}

/** Colours of the theme as plots need them; they change with it. */
export function useColours(): Colours {
  const [colours, setColours] = useState(readColours)
  useEffect(() => {
    const observer = new MutationObserver(() => setColours(readColours()))
    observer.observe(document.documentElement, { attributeFilter: ['data-theme'] })
    return () => observer.disconnect()
  }, [])
  return colours
}

function readColours(): Colours {
  const style = getComputedStyle(document.documentElement)
  const read = (name: string): string => style.getPropertyValue(name).trim()
  return {
    ink: read('--sl-color-white'),
    quiet: read('--sl-color-gray-4'),
    paper: read('--sl-color-black'),
    of: (contender) => read(`--engine-${contender}`) || read('--sl-color-gray-3'),
  }
}
