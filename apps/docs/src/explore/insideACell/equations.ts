/** The line of each letter, for KaTeX when the site is made. `a` and `u` are ours: the two terms of an RNN's sum. */
const gate = (letter: string): string => String.raw`\htmlClass{gate-${letter}}{${letter}_t}`
const state = (letter: string, time: string): string =>
  String.raw`\htmlClass{state-${letter}}{${letter}_{${time}}}`

/** `activation(W x + b + W h + b)` of a gate. */
const sum = (letter: string, activation: string): string =>
  `${gate(letter)} = ${activation}(W_{i${letter}} x_t + b_{i${letter}} + W_{h${letter}} ${state('h', 't-1')} + b_{h${letter}})`

export const equations = {
  RNN: {
    a: 'a_t = W_{ih} x_t + b_{ih}',
    u: `u_t = W_{hh} ${state('h', 't-1')} + b_{hh}`,
    h: String.raw`${state('h', 't')} = \tanh(a_t + u_t)`,
  },
  LSTM: {
    i: sum('i', String.raw`\sigma`),
    f: sum('f', String.raw`\sigma`),
    g: sum('g', String.raw`\tanh`),
    o: sum('o', String.raw`\sigma`),
    c: String.raw`${state('c', 't')} = ${gate('f')} \odot ${state('c', 't-1')} + ${gate('i')} \odot ${gate('g')}`,
    h: String.raw`${state('h', 't')} = ${gate('o')} \odot \tanh(${state('c', 't')})`,
  },
  GRU: {
    r: sum('r', String.raw`\sigma`),
    z: sum('z', String.raw`\sigma`),
    n: String.raw`${gate('n')} = \tanh(W_{in} x_t + b_{in} + ${gate('r')} \odot (W_{hn} ${state('h', 't-1')} + b_{hn}))`,
    h: String.raw`${state('h', 't')} = (1 - ${gate('z')}) \odot ${gate('n')} + ${gate('z')} \odot ${state('h', 't-1')}`,
  },
}
