import { isChinese } from '../../site.ts'

/** Words of the page "Word to language", in both languages. */
const english = {
  word: 'Word',
  examples: 'Examples',
  loading: 'Loading the model …',
  failed: (reason: string) => `The model could not be loaded: ${reason}`,
  slow: 'This browser runs no WebAssembly here. The reference engine computes, which is slower; the numbers are the same.',
  notYet: 'These numbers were computed when this page was made. The model is loaded as soon as you type.',
  engine: (name: string) => `Engine: ${name}`,
  empty: 'Type a word. The model reads the letters of eight European languages.',
  unknown: (letters: string) => `Left out, for the model has no such letter: ${letters}`,
  result: 'How probable each language is',
  soFar: 'Probability after each letter',
  soFarHint: 'A column is the answer for the word as far as that letter.',
  added: 'What each letter adds to the score',
  addedHint: 'Blue speaks for the language, red against it. The letters are those of the whole word.',
  keys: 'Heat maps. Arrow keys: left and right choose a letter, up and down a language.',
  map: (title: string, languages: number, letters: number) =>
    `Heat map: ${title}. ${languages} languages, ${letters} letters. The table below has the numbers.`,
  best: (language: string, percent: string) => `Most probable: ${language}, ${percent}.`,
  moved: (letter: string, language: string, from: string, to: string) =>
    `With “${letter}” ${language} went from ${from} to ${to}.`,
  first: (letter: string, language: string, to: string) => `After “${letter}” alone ${language} had ${to}.`,
  adds: (letter: string, language: string, score: string) =>
    `In the whole word “${letter}” adds ${score} to the score of ${language}.`,
  letter: 'Letter',
  table: (title: string) => `${title}, as a table`,
}

const chinese: typeof english = {
  word: '单词',
  examples: '示例',
  loading: '正在加载模型……',
  failed: (reason) => `模型加载失败：${reason}`,
  slow: '此浏览器无法在这里运行 WebAssembly，改由参考引擎计算。速度较慢，结果相同。',
  notYet: '这些数值在生成本页时就已算好。开始输入后才会加载模型。',
  engine: (name) => `引擎：${name}`,
  empty: '请输入一个单词。模型认识八种欧洲语言的字母。',
  unknown: (letters) => `模型不认识这些字符，已略去：${letters}`,
  result: '每种语言的概率',
  soFar: '读完每个字母后的概率',
  soFarHint: '每一列是只读到该字母为止时的结果。',
  added: '每个字母给得分加了多少',
  addedHint: '蓝色表示支持该语言，红色表示反对。这里的字母取自整个单词。',
  keys: '热图。左右方向键选择字母，上下方向键选择语言。',
  map: (title, languages, letters) =>
    `热图：${title}。${languages} 种语言，${letters} 个字母。具体数值见下方表格。`,
  best: (language, percent) => `最可能的是${language}，${percent}。`,
  moved: (letter, language, from, to) => `加上“${letter}”之后，${language}的概率从 ${from} 变为 ${to}。`,
  first: (letter, language, to) => `只读“${letter}”时，${language}的概率是 ${to}。`,
  adds: (letter, language, score) => `在整个单词中，“${letter}”给${language}的得分加上 ${score}。`,
  letter: '字母',
  table: (title) => `${title}（数值表）`,
}

export type LanguageTexts = typeof english

export function textsOf(language: string): LanguageTexts {
  return isChinese(language) ? chinese : english
}
