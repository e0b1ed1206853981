/**
 * TeX for equations as docstrings write them, one a line: `h' = o * tanh(c')`, `y = (x - mean) / sqrt(variance + eps)`.
 *
 * `*` is the product of elements, `/` a fraction, a space the product of matrices. A name right before a bracket is a
 * function, `|x|` an absolute value, `_` begins what stands below, `^` what stands above. Gates and states of a step have the
 * colours of the site.
 * @throws SyntaxError where it cannot be read
 */
export function texOf(text: string): string {
  const sides = text
    .trim()
    .split('\n')
    .map((line) => {
      const { length, 0: left = '', 1: right = '' } = line.split(' = ')
      if (length !== 2) throw new SyntaxError(`expected an equation, name = expression, got ${line}`)
      return { left: left.trim(), right }
    })
  const isStep = sides.some(({ left }) => left === "h'")
  const lines = sides.map(
    ({ left, right }) => `${new Parser(left, isStep).whole()} &= ${new Parser(right, isStep).whole()}`,
  )
  return `\\begin{aligned}${lines.join(' \\\\ ')}\\end{aligned}`
}

/** What has a colour in equations of a step, by its letter. */
const colours: Readonly<Record<string, string>> = {
  ...Object.fromEntries([...'ifgorzn'].map((letter) => [letter, `gate-${letter}`])),
  h: 'state-h',
  c: 'state-c',
}

const functions: Readonly<Record<string, string>> = {
  sigmoid: '\\sigma',
  tanh: '\\tanh',
  exp: '\\exp',
  log: '\\log',
  max: '\\max',
}

const operators: Readonly<Record<string, string>> = { '*': ' \\odot ', '+': ' + ', '-': ' - ' }

class Parser {
  readonly #tokens: readonly string[]
  readonly #text: string
  readonly #isStep: boolean
  #at = 0

  constructor(text: string, isStep: boolean) {
    // A function keeps its bracket.
    this.#tokens = text.match(/[a-zA-Z]\w*\(|[a-zA-Z]\w*'?|[\d.]+|\S/g) ?? []
    this.#text = text
    this.#isStep = isStep
  }

  whole(): string {
    const tex = this.#sum()
    if (this.#at < this.#tokens.length) throw this.#fault('its end')
    return tex
  }

  #sum(): string {
    let tex = this.#take('-') ? '-' : ''
    tex += this.#product()
    for (;;) {
      const sign = ['+', '-'].find((operator) => this.#take(operator))
      if (sign === undefined) return tex
      tex += operators[sign] + this.#product()
    }
  }

  #product(): string {
    let tex = this.#factors()
    for (;;) {
      if (this.#take('*')) tex += operators['*'] + this.#factors()
      else if (this.#take('/')) tex = `\\frac{${bare(tex)}}{${bare(this.#factors())}}`
      else return tex
    }
  }

  /** What stands side by side. */
  #factors(): string {
    const factors = [this.#factor()]
    while (/^[\w(]/.test(this.#next())) factors.push(this.#factor())
    return factors.join(' \\, ')
  }

  #factor(): string {
    const token = this.#next()
    this.#at++
    let tex: string
    if (token === '(') tex = `(${this.#sum()})${this.#close(')')}`
    else if (token === '|') tex = `|${this.#sum()}|${this.#close('|')}`
    else if (token.endsWith('(')) tex = this.#call(token.slice(0, -1))
    else if (/^[\d.]/.test(token)) tex = token
    else if (/^[a-zA-Z]/.test(token)) tex = this.#name(token)
    else throw this.#fault('a number, a name or a bracket', -1)
    return this.#take('^') ? `${tex}^{${this.#factor()}}` : tex
  }

  #call(name: string): string {
    const args = [this.#sum()]
    while (this.#take(',')) args.push(this.#sum())
    this.#close(')')
    const list = args.join(', ')
    return name === 'sqrt' ? `\\sqrt{${list}}` : `${functions[name] ?? `\\operatorname{${name}}`}(${list})`
  }

  #name(name: string): string {
    const [letters = '', below] = name.split('_')
    const base = /^.'?$/.test(letters) ? letters : `\\mathrm{${letters}}`
    if (below !== undefined) return `${base}_{${below}}`
    const colour = this.#isStep ? colours[letters.replace("'", '')] : undefined
    return colour === undefined ? base : `\\htmlClass{${colour}}{${base}}`
  }

  #next(): string {
    return this.#tokens[this.#at] ?? ''
  }

  #take(token: string): boolean {
    if (this.#next() !== token) return false
    this.#at++
    return true
  }

  #close(bracket: ')' | '|'): '' {
    if (!this.#take(bracket)) throw this.#fault(bracket)
    return ''
  }

  #fault(expected: string, back = 0): SyntaxError {
    const got = this.#tokens[this.#at + back] ?? 'its end'
    return new SyntaxError(`expected ${expected}, got ${got} in ${this.#text}`)
  }
}

/** Without the bracket around the whole of it: a fraction needs none. */
function bare(tex: string): string {
  if (!tex.startsWith('(')) return tex
  let depth = 0
  for (let i = 0; i < tex.length - 1; i++) {
    if (tex[i] === '(') depth++
    else if (tex[i] === ')') depth--
    if (depth === 0) return tex
  }
  return tex.endsWith(')') ? tex.slice(1, -1) : tex
}
