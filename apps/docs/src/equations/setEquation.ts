import katex from 'katex'

/** Colours the letters of gates. */
const classes = 'htmlExtension'

/** HTML of a formula in TeX, set when the site is made. @throws ParseError where it is none */
export function setEquation(tex: string, { inline = false } = {}): string {
  return katex.renderToString(tex, {
    displayMode: !inline,
    throwOnError: true,
    trust: true,
    strict: (code: string) => (code === classes ? 'ignore' : 'error'),
  })
}
