import { isChinese } from '../../site.ts'

/** Words of the page "Inside a cell", in both languages. */
const english = {
  source: 'What the cells read',
  words: 'A word',
  signal: 'A signal',
  quickstart: "A word, in the quickstart's LSTM",
  word: 'Word',
  examples: 'Examples',
  unknown: (letters: string) => `Left out, for the model has no such letter: ${letters}`,
  empty: 'Type a word of letters.',
  draw: 'Draw a signal with the pointer. With the keyboard: left and right move in time, up and down change the value.',
  signalAt: 'Value of the signal',
  predicted: 'Lines: what each cell predicts for the next timestep.',
  shapes: { sine: 'Sine', square: 'Square', pulse: 'Pulse' },
  cell: 'Cell',
  timestep: 'Timestep',
  timestepOf: (step: number, steps: number, input: string) => `Timestep ${step} of ${steps}: ${input}`,
  unit: 'Unit',
  previous: 'Previous term',
  next: 'Next term',
  play: 'Play',
  pause: 'Pause',
  keys: 'Heat maps. Arrow keys: left and right move in time, up and down choose a unit.',
  input: (size: number) => (size === 1 ? 'the value' : `the letter, as ${size} numbers`),
  accuracy: (percent: string) => `right on ${percent} of words it never saw`,
  guess: (language: string, percent: string) => `So far it says: ${language}, ${percent}`,
  prediction: (value: string) => `It predicts for the next timestep: ${value}`,
  names: {
    i: 'input gate',
    f: 'forget gate',
    g: 'candidate',
    o: 'output gate',
    c: 'cell state',
    h: 'hidden state',
    r: 'reset gate',
    z: 'update gate',
    n: 'candidate',
    a: 'from the input',
    u: 'from the past',
    x: 'input',
  },
  map: (name: string, units: number, steps: number) =>
    `Heat map of ${name}: ${units} rows, ${steps} timesteps. The table below has the numbers.`,
  legend: {
    gate: 'a gate, from 0 to 1, in its colour',
    signed: 'other numbers, from negative over 0 to positive',
    faint: 'faint: not yet computed',
    reads: 'what the lit line reads',
  },
  table: (kind: string, unit: number) => `The numbers of unit ${unit} of the ${kind}, as a table`,
  said: (kind: string, name: string, letter: string, unit: number, sum: string) =>
    `${kind}, ${name} ${letter}, unit ${unit}: ${sum}`,
  loading: 'Loading the weights …',
  failed: (reason: string) => `The weights could not be loaded: ${reason}`,
}

const chinese: typeof english = {
  source: '单元读入什么',
  words: '单词',
  signal: '信号',
  quickstart: '单词（快速上手示例的 LSTM）',
  word: '单词',
  examples: '示例',
  unknown: (letters) => `模型不认识这些字符，已略去：${letters}`,
  empty: '请输入由字母组成的单词。',
  draw: '用指针画出信号。用键盘时：左右方向键移动时间步，上下方向键改变数值。',
  signalAt: '信号的值',
  predicted: '各条线是每种单元对下一个时间步的预测。',
  shapes: { sine: '正弦波', square: '方波', pulse: '脉冲' },
  cell: '单元',
  timestep: '时间步',
  timestepOf: (step, steps, input) => `时间步 ${step} / ${steps}：${input}`,
  unit: '神经元',
  previous: '上一项',
  next: '下一项',
  play: '播放',
  pause: '暂停',
  keys: '热图。左右方向键移动时间步，上下方向键选择神经元。',
  input: (size) => (size === 1 ? '信号的值' : `字母，表示为 ${size} 个数`),
  accuracy: (percent) => `在没见过的单词上正确率 ${percent}`,
  guess: (language, percent) => `读到这里，它认为是：${language}，${percent}`,
  prediction: (value) => `它对下一个时间步的预测：${value}`,
  names: {
    i: '输入门',
    f: '遗忘门',
    g: '候选值',
    o: '输出门',
    c: '细胞状态',
    h: '隐藏状态',
    r: '重置门',
    z: '更新门',
    n: '候选值',
    a: '来自输入',
    u: '来自过去',
    x: '输入',
  },
  map: (name, units, steps) => `${name}的热图：${units} 行，${steps} 个时间步。具体数值见下方表格。`,
  legend: {
    gate: '门，从 0 到 1，用各自的颜色',
    signed: '其他数，从负数经 0 到正数',
    faint: '浅色：尚未计算',
    reads: '亮起的那一行所读取的内容',
  },
  table: (kind, unit) => `${kind} 第 ${unit} 个神经元的数值表`,
  said: (kind, name, letter, unit, sum) => `${kind}，${name} ${letter}，第 ${unit} 个神经元：${sum}`,
  loading: '正在加载权重……',
  failed: (reason) => `权重加载失败：${reason}`,
}

export type CellTexts = typeof english

export function textsOf(language: string): CellTexts {
  return isChinese(language) ? chinese : english
}

/** What a letter of the equations is called. */
export function nameOfLetter(texts: CellTexts, letter: string): string {
  const names: Readonly<Record<string, string>> = texts.names
  return names[letter] ?? letter
}
