import { isChinese } from '../site.ts'

/** Words of the live parts, in both languages. */
const english = {
  run: 'Run',
  stop: 'Stop',
  edit: 'Edit',
  reset: 'Reset',
  running: 'Running …',
  output: 'Output',
  prints: 'Prints',
  stopped: 'Stopped.',
  late: (seconds: number) => `Stopped: no end after ${seconds} s.`,
  noWorker: (reason: string) => `This browser could not start the worker that runs code. ${reason}`,
  finished: (ms: number) =>
    `Finished in ${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms, here in your browser.`,
  more: (count: number) => `… ${count} more lines are not shown.`,
  openInPlayground: 'Open in the playground',
  copyLink: 'Copy link',
  copied: 'Copied',
  code: 'Code',
  begin: 'Begin with',
  own: 'your own code',
}

const chinese: typeof english = {
  run: '运行',
  stop: '停止',
  edit: '编辑',
  reset: '还原',
  running: '运行中……',
  output: '输出',
  prints: '输出',
  stopped: '已停止。',
  late: (seconds) => `已停止：${seconds} 秒内没有运行结束。`,
  noWorker: (reason) => `浏览器无法启动用来运行代码的 worker。${reason}`,
  finished: (ms) => `已在你的浏览器中运行完毕，用时 ${ms < 10 ? ms.toFixed(1) : Math.round(ms)} 毫秒。`,
  more: (count) => `……另有 ${count} 行未显示。`,
  openInPlayground: '在演练场中打开',
  copyLink: '复制链接',
  copied: '已复制',
  code: '代码',
  begin: '示例：',
  own: '自己的代码',
}

export type LiveTexts = typeof english

export function textsOf(language: string): LiveTexts {
  return isChinese(language) ? chinese : english
}
