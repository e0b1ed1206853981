import type { SatteriProcessorOptions } from '@astrojs/markdown-satteri'
import { setEquation } from './setEquation.ts'
import { texOf } from './texOf.ts'

/** Sets the equations of docstrings: blocks of code in the language `math`. */
export const mathBlocks: NonNullable<SatteriProcessorOptions['mdastPlugins']>[number] = {
  name: 'math-blocks',
  code({ lang, value }) {
    if (lang !== 'math') return
    return { type: 'html', value: `<div class="equation" tabindex="0">${setEquation(texOf(value))}</div>` }
  },
}
