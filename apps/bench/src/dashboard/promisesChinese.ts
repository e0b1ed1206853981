/** The project's promises in Chinese, by the English text that a result file has. */
const promises: Readonly<Record<string, string>> = {
  'large cases: at least 1.7x one thread': '大的情形：至少为单线程的 1.7 倍',
  'large cases: ahead of onnxruntime-web with as many threads': '大的情形：线程数相同时快于 onnxruntime-web',
  'onnxruntime-web: geometric mean at least 2.4x, no case under 1.4x':
    '相对 onnxruntime-web：几何平均至少 2.4 倍，没有情形低于 1.4 倍',
  'PyTorch at batch 1: geometric mean at least 2x': '批次为 1，相对 PyTorch：几何平均至少 2 倍',
  'batch 16 and more: at least 80% of the multiply-add roof': '批次不小于 16：至少达到乘加上限的 80 %',
  'streaming, hidden up to 256: at least 4x onnxruntime-web':
    '流式，隐藏大小不超过 256：至少为 onnxruntime-web 的 4 倍',
  'streaming: 99% of the steps within 3x of the median': '流式：99 % 的步不超过中位数的 3 倍',
  'float64 at least half as fast as float32': 'float64 的速度至少为 float32 的一半',
  'forward and backward, batch 16 and more: at least 0.9 of the roof share of forward':
    '前向与反向，批次不小于 16：占上限的比例至少为单独前向的 0.9',
  'forward and backward, batch 1: at least 0.75 of the roof share of forward':
    '前向与反向，批次为 1：占上限的比例至少为单独前向的 0.75',
  'a step, batch 1: 2.5x PyTorch in the geometric mean, none under 0.75x':
    '一个训练步，批次为 1：几何平均为 PyTorch 的 2.5 倍，没有情形低于 0.75 倍',
  'a step: 30x TF.js in the geometric mean, none under 15x':
    '一个训练步：几何平均为 TF.js 的 30 倍，没有情形低于 15 倍',
  'a step, batch 1: 20x brain.js in the geometric mean': '一个训练步，批次为 1：几何平均为 brain.js 的 20 倍',
  'Adam and packing, batch 1: at most 3.5 ns a parameter': 'Adam 与重排权重，批次为 1：每个参数至多 3.5 ns',
  "a loop of cells at batch 1: twice PyTorch's speed": '批次为 1 的单元循环：速度为 PyTorch 的两倍',
  'recording costs a forward at most 10%': '记录梯度使前向至多慢 10 %',
  'in eval at most 3%': 'eval 模式下至多慢 3 %',
  'checkpointEvery: 100 over 10,000 timesteps: at most 1.5x the time':
    'checkpointEvery: 100，10,000 个时间步：用时至多为 1.5 倍',
  'threads, batch 32 and more: forward and backward at least 1.6x one thread':
    '多线程，批次不小于 32：前向与反向至少为单线程的 1.6 倍',
}

/** The phrases of the figures behind promises, as `targets` and `trainingTargets` write them. */
const phrases: readonly (readonly [RegExp, string])[] = [
  [/geometric mean (\S+) of (\d+)/, '$2 种情形的几何平均 $1'],
  [/(\d+) of (\d+) cases/, '$2 种情形中 $1 种达到'],
  [/at the roofline /, '屋顶线上为 '],
  [/at the roof /, '上限为 '],
  [/(\d+)% more/g, '多 $1 %'],
  [/(\d)%/g, '$1 %'],
  [/\bworst /, '最差 '],
  [/\bmedian /, '中位数 '],
  [/\bleast /g, '最小 '],
  [/\bmost /g, '最大 '],
  [/ \(([^)]*)\)/g, '（$1）'],
  [/, /g, '，'],
  [/; /g, '；'],
]

/** Null for what only other versions of the benchmark promise. */
export function promiseInChinese(text: string): string | null {
  return promises[text] ?? null
}

export function foundInChinese(found: string): string {
  return phrases.reduce((text, [english, chinese]) => text.replace(english, chinese), found)
}
