import { isChinese } from '../../site.ts'
import type { GestureName } from './gestureNames.ts'
import type { Failure } from './training/trainer.ts'

/** Words of the page "Learn in the page", in both languages. */
const english = {
  names: {
    circle: 'circle',
    triangle: 'triangle',
    zigzag: 'zigzag',
    caret: 'caret',
    check: 'check mark',
    spiral: 'spiral',
  } satisfies Record<GestureName, string>,
  train: 'Train',
  pause: 'Pause',
  goOn: 'Go on',
  startAnew: 'Start anew',
  learningRate: 'Learning rate',
  units: 'Hidden units',
  begin: 'The model knows nothing yet.',
  resumed: (step: number) => `Back at step ${step}, where you left. Go on, or draw.`,
  paused: (step: number) => `Paused at step ${step}.`,
  statuses: {
    starting: 'Starting the worker …',
    learning: 'Learning in a worker.',
    pausing: 'Stopping after this step …',
  },
  failures: {
    load: (step: number) =>
      `The worker could not be loaded. Check the network, then ${step > 0 ? `press Go on: training continues at step ${step}` : 'press Train again'}.`,
    died: (step: number) =>
      `The worker has ended. ${step > 0 ? `What it learned up to step ${step} is here: press Go on` : 'Press Train to begin again'}.`,
    silent: (step: number) =>
      `The worker does not answer. ${step > 0 ? `What it learned up to step ${step} is here: press Go on` : 'Press Train to begin again'}.`,
    failed: (step: number) =>
      `The worker reports an error. Press ${step > 0 ? 'Go on to try again; if it comes back, start anew' : 'Train to try again'}.`,
  } satisfies Record<Failure['kind'], (step: number) => string>,
  drawHere: 'Draw here, in one line',
  yourDrawing: 'The drawing. A ring marks where it begins.',
  nothingDrawn: 'Draw a gesture, or try one from below.',
  notTrained: 'Nobody can read it yet: train the model.',
  dot: 'This is too short to be read. Draw a longer line.',
  best: (name: string) => `Most probable: ${name}`,
  unread: (reason: string) => `The model could not read it: ${reason}`,
  result: 'How probable each class is',
  addTo: 'Add to',
  newClass: 'a new class …',
  newName: 'Name',
  add: 'Add',
  takeBack: 'Take back the last',
  drawings: (own: number, isOwn: boolean) =>
    isOwn ? `${own} of yours` : own > 0 ? `64 samples + ${own} of yours` : '64 samples',
  tryExample: (name: string, number: number) => `Try: ${name}, drawing ${number}`,
  loss: 'Loss',
  accuracy: 'Held-out samples right',
  lossLabel: (now: string, first: string) => `Curve of the loss: ${first} at first, ${now} now.`,
  accuracyLabel: (now: string) =>
    `Curve of the held-out samples that are right: ${now} now. A line marks 95 %.`,
  noCurve: 'An empty curve: training has not begun.',
  steps: (steps: number) => `${steps} steps`,
  step: 'Step',
  time: 'Training time',
  seconds: (seconds: string) => `${seconds} s`,
  engine: 'Engine',
  noWasm:
    'This browser runs no WebAssembly here. The reference engine computes: the same steps, many times slower.',
  download: 'Download as .pt',
  forget: 'Forget everything',
  kept: 'Run and drawings stay in this browser, also when you leave the page. Nothing is sent anywhere.',
  refused: (reason: string) =>
    `This browser keeps nothing here, so a reload begins anew. Download the model to have it later. (${reason})`,
}

const chinese: typeof english = {
  names: {
    circle: '圆',
    triangle: '三角形',
    zigzag: '之字线',
    caret: '尖角',
    check: '对勾',
    spiral: '螺旋线',
  },
  train: '训练',
  pause: '暂停',
  goOn: '继续',
  startAnew: '重新开始',
  learningRate: '学习率',
  units: '神经元数',
  begin: '模型还什么都不会。',
  resumed: (step) => `已回到第 ${step} 步，也就是你离开时的位置。可以继续训练，也可以画一笔。`,
  paused: (step) => `已在第 ${step} 步暂停。`,
  statuses: {
    starting: '正在启动 worker……',
    learning: '正在 worker 中学习。',
    pausing: '这一步完成后停止……',
  },
  failures: {
    load: (step) =>
      `无法加载 worker。请检查网络，然后${step > 0 ? `按“继续”：训练会从第 ${step} 步接着进行` : '再按一次“训练”'}。`,
    died: (step) =>
      `worker 已终止。${step > 0 ? `到第 ${step} 步为止学到的都在，请按“继续”` : '请按“训练”重新开始'}。`,
    silent: (step) =>
      `worker 没有回应。${step > 0 ? `到第 ${step} 步为止学到的都在，请按“继续”` : '请按“训练”重新开始'}。`,
    failed: (step) =>
      `worker 报告了错误。请按${step > 0 ? '“继续”再试一次；如果仍然出错，请重新开始' : '“训练”再试一次'}。`,
  },
  drawHere: '在这里一笔画成',
  yourDrawing: '你画的图形。小圈表示起笔处。',
  nothingDrawn: '画一个手势，或者试试下面的例子。',
  notTrained: '现在还没人认得它：请先训练模型。',
  dot: '太短了，读不出来。请画长一些。',
  best: (name) => `最可能的是${name}`,
  unread: (reason) => `模型无法读取：${reason}`,
  result: '每个类别的概率',
  addTo: '加入',
  newClass: '新的类别……',
  newName: '名称',
  add: '添加',
  takeBack: '撤回上一个',
  drawings: (own, isOwn) =>
    isOwn ? `你画的 ${own} 个` : own > 0 ? `64 个样本 + 你画的 ${own} 个` : '64 个样本',
  tryExample: (name, number) => `试一试：${name}，第 ${number} 幅`,
  loss: '损失',
  accuracy: '留出样本的正确率',
  lossLabel: (now, first) => `损失曲线：起初 ${first}，现在 ${now}。`,
  accuracyLabel: (now) => `留出样本正确率的曲线：现在 ${now}。有一条线标出 95 %。`,
  noCurve: '曲线是空的：训练还没有开始。',
  steps: (steps) => `${steps} 步`,
  step: '步数',
  time: '训练时间',
  seconds: (seconds) => `${seconds} 秒`,
  engine: '引擎',
  noWasm: '此浏览器无法在这里运行 WebAssembly，改由参考引擎计算：步骤相同，速度慢很多。',
  download: '下载 .pt 文件',
  forget: '全部忘掉',
  kept: '训练进度和你画的图形保存在这个浏览器里，离开本页也不会丢失。没有任何内容会被发送出去。',
  refused: (reason) => `此浏览器在这里不保存数据，刷新后要从头开始。需要的话请下载模型。（${reason}）`,
}

export type Texts = typeof english

export function textsOf(language: string): Texts {
  return isChinese(language) ? chinese : english
}
