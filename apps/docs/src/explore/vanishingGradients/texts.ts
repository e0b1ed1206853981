import { isChinese } from '../../site.ts'
import { type Curve, type Kind, stepsUntilVanished } from './flows.ts'
import { shown } from './shown.ts'

/** Words of the page "Why gradients vanish", in both languages. */
const english = {
  presets: {
    initial: "PyTorch's weights",
    open: 'Gates open',
    orthogonal: 'Orthogonal RNN',
    large: 'Large weights',
  },
  draw: 'Draw other weights',
  length: 'Length',
  timesteps: (count: number) => `${count} timesteps`,
  scale: 'Weight scale',
  gateBias: 'Bias of gates f, z',
  orthogonal: 'RNN: orthogonal weights',
  shows:
    "The gradient's norm at each timestep, the last one's as 1, on a logarithmic axis. The red line is 1/1000; a ring marks where a curve first falls below it.",
  theories: { RNN: 'estimate', LSTM: 'f alone', GRU: 'z alone' } satisfies Record<Kind, string>,
  timestep: 'Timestep',
  first: 'timestep 1',
  way: "← the gradient's way",
  keys: 'Gradients of the three layers. Arrow keys: left and right move in time.',
  at: (timestep: number, back: number) =>
    back === 0
      ? `Timestep ${timestep}, the last:`
      : `Timestep ${timestep}, ${back} ${back === 1 ? 'step' : 'steps'} before the last:`,
  plotLabel: (kind: Kind, hidden: Curve, cell: Curve | null) =>
    `${kind}: ${saysOf('h', hidden)}${cell === null ? '' : `; ${saysOf('c', cell)}`}. The table below has the numbers.`,
  facts: 'What happened, and what theory says',
  vanished: 'Below 1/1000',
  after: (steps: number | null) =>
    steps === null ? 'never' : steps === 1 ? 'after 1 step' : `after ${steps} steps`,
  both: (h: string, c: string) => `h ${h}, c ${c}`,
  factor: 'Factor per step',
  theory: 'Theory (dashed)',
  behind: 'Weights, gates',
  matrix: (radius: string, singular: string) => `spectral radius ${radius}, norm ${singular}`,
  meanGate: (gate: string, mean: string) => `mean of ${gate}: ${mean}`,
  built: 'Computed when this page was made. It computes here as soon as its script runs.',
  took: (seed: number, milliseconds: string, engine: string) =>
    `Seed ${seed}. Three layers, forward and backward: ${milliseconds} ms in a worker of your browser, on the engine ${engine}.`,
  table: 'All numbers, as a table',
  failed: (reason: string) => `Your settings could not be computed: ${reason}`,
}

function saysOf(letter: string, curve: Curve): string {
  const steps = stepsUntilVanished(curve)
  const first = `the gradient of ${letter} at timestep 1 is ${shown(curve[0] ?? Number.NaN)} of the last one`
  return steps === null ? first : `${first}, and below 1/1000 after ${steps} steps`
}

const chinese: typeof english = {
  presets: { initial: 'PyTorch 的权重', open: '打开门', orthogonal: '正交的 RNN', large: '大权重' },
  draw: '换一组权重',
  length: '长度',
  timesteps: (count) => `${count} 个时间步`,
  scale: '权重缩放',
  gateBias: '门 f、z 的偏置',
  orthogonal: 'RNN：正交权重',
  shows:
    '每个时间步上梯度的范数，以最后一个时间步为 1，纵轴为对数。红线是 1/1000，圆圈标出曲线第一次低于它的位置。',
  theories: { RNN: '估计', LSTM: '只经过 f', GRU: '只经过 z' },
  timestep: '时间步',
  first: '时间步 1',
  way: '← 梯度的方向',
  keys: '三种层的梯度。左右方向键移动时间步。',
  at: (timestep, back) =>
    back === 0 ? `时间步 ${timestep}（最后一个）：` : `时间步 ${timestep}（倒退 ${back} 步）：`,
  plotLabel: (kind, hidden, cell) =>
    `${kind}：${chineseOf('h', hidden)}${cell === null ? '' : `；${chineseOf('c', cell)}`}。具体数值见下方表格。`,
  facts: '实际结果与理论',
  vanished: '低于 1/1000',
  after: (steps) => (steps === null ? '从未' : `${steps} 步后`),
  both: (h, c) => `h ${h}，c ${c}`,
  factor: '每步的倍数',
  theory: '理论值（虚线）',
  behind: '权重与门',
  matrix: (radius, singular) => `谱半径 ${radius}，范数 ${singular}`,
  meanGate: (gate, mean) => `${gate} 的均值：${mean}`,
  built: '这组数在制作本页时算出。脚本运行后，就在你的浏览器里计算。',
  took: (seed, milliseconds, engine) =>
    `种子 ${seed}。三种层，前向加反向：在你浏览器的 worker 中用了 ${milliseconds} 毫秒，引擎 ${engine}。`,
  table: '全部数值的表格',
  failed: (reason) => `无法按你的设置计算：${reason}`,
}

function chineseOf(letter: string, curve: Curve): string {
  const steps = stepsUntilVanished(curve)
  const first = `时间步 1 上 ${letter} 的梯度是最后一步的 ${shown(curve[0] ?? Number.NaN)} 倍`
  return steps === null ? first : `${first}，${steps} 步后低于 1/1000`
}

export type Texts = typeof english

export function textsOf(language: string): Texts {
  return isChinese(language) ? chinese : english
}
