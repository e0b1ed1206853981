import { isChinese } from '../../site.ts'
import type { Lack, SourceName } from './sound.ts'

/** Words of the page "Hear it", in both languages. */
const english = {
  play: 'Play',
  stop: 'Stop',
  starting: 'Starting …',
  source: 'Sound',
  sources: {
    strings: 'Plucked strings',
    sine: 'Sine',
    sawtooth: 'Sawtooth',
  } satisfies Record<SourceName, string>,
  pitch: 'Pitch',
  drive: 'Drive',
  mix: 'Dry / wet',
  mixValue: (percent: number) => (percent === 0 ? 'dry' : percent === 100 ? 'wet' : `${percent} % wet`),
  level: 'Level',
  levelValue: (level: string, peak: string) => `${level}\u00a0dB, peak ${peak}\u00a0dB`,
  silent: 'silent',
  load: 'Load',
  loadValue: (percent: string, took: string, budget: string) =>
    `${percent} % of the time for a block: ${took} of ${budget} µs`,
  loadHint: 'Measured in the audio thread of your browser at the start, for blocks of 128 samples.',
  tooSlow: 'That is too slow here: the sound breaks up.',
  noWasm: 'This browser runs no WebAssembly here. The reference engine computes, which is many times slower.',
  latency: 'Latency',
  latencyValue: (milliseconds: string) => `${milliseconds} ms from the audio thread to the speaker`,
  latencyHint: 'The model adds none: each sample comes out in the block in which it went in.',
  engine: 'Engine',
  notYet: 'not yet playing',
  wave: 'Waveform',
  waveLabel: (input: string, output: string) =>
    `Waveform of 10.7 milliseconds. Peak of the input ${input}, of the output ${output}.`,
  curve: 'Output over input',
  curveLabel:
    'Output over input: a straight line where the sound passes unchanged, a bent loop where the model shapes it.',
  hidden: (units: number) => `Hidden state, ${units} units`,
  hiddenLabel: (units: number) =>
    `Heat map of the hidden state: ${units} units, in the same 10.7 milliseconds as the waveform.`,
  legendInput: 'input',
  legendOutput: 'output',
  legendNegative: 'negative',
  legendPositive: 'positive',
  lacks: {
    noWorklet:
      'This browser has no AudioWorklet, so nothing can be heard here. Current versions of Chrome, Edge, Firefox and Safari have it.',
    notSecure:
      'Browsers run an AudioWorklet only on pages served over https or from localhost. This page came another way.',
    noDevice:
      'The browser found no sound device. Connect one, or allow sound for this page, and press Play again.',
  } satisfies Record<Lack, string>,
  failed: (reason: string) => `The sound could not be started: ${reason}`,
}

const chinese: typeof english = {
  play: '播放',
  stop: '停止',
  starting: '正在启动……',
  source: '声音',
  sources: { strings: '拨弦', sine: '正弦波', sawtooth: '锯齿波' },
  pitch: '音高',
  drive: '增益',
  mix: '干声 / 湿声',
  mixValue: (percent) => (percent === 0 ? '干声' : percent === 100 ? '湿声' : `湿声 ${percent} %`),
  level: '电平',
  levelValue: (level, peak) => `${level}\u00a0dB，峰值 ${peak}\u00a0dB`,
  silent: '无声',
  load: '负载',
  loadValue: (percent, took, budget) => `占一个音频块可用时间的 ${percent} %：${took} / ${budget} 微秒`,
  loadHint: '启动时在你浏览器的音频线程中测得，每块 128 个采样。',
  tooSlow: '在这里计算速度不够，声音会断断续续。',
  noWasm: '此浏览器无法在这里运行 WebAssembly，改由参考引擎计算，速度慢很多。',
  latency: '延迟',
  latencyValue: (milliseconds) => `从音频线程到扬声器 ${milliseconds} 毫秒`,
  latencyHint: '模型本身不增加延迟：每个采样在输入的同一块中输出。',
  engine: '引擎',
  notYet: '尚未播放',
  wave: '波形',
  waveLabel: (input, output) => `10.7 毫秒的波形。输入峰值 ${input}，输出峰值 ${output}。`,
  curve: '输出随输入的变化',
  curveLabel: '输出随输入的变化：声音不变时是一条直线，被模型改变时是弯曲的环。',
  hidden: (units) => `隐藏状态，${units} 个神经元`,
  hiddenLabel: (units) => `隐藏状态的热图：${units} 个神经元，与波形是同一段 10.7 毫秒。`,
  legendInput: '输入',
  legendOutput: '输出',
  legendNegative: '负',
  legendPositive: '正',
  lacks: {
    noWorklet:
      '这个浏览器没有 AudioWorklet，所以这里无法发声。新版 Chrome、Edge、Firefox 和 Safari 都支持它。',
    notSecure: '浏览器只在通过 https 或 localhost 打开的页面中运行 AudioWorklet，本页不是这样打开的。',
    noDevice: '浏览器没有找到声音设备。请连接设备，或允许本页播放声音，然后再按“播放”。',
  },
  failed: (reason) => `无法启动声音：${reason}`,
}

export type Texts = typeof english

export function textsOf(language: string): Texts {
  return isChinese(language) ? chinese : english
}
