/** What the menu shows, in both languages. Pages are named by their path; a test holds that each is there in both. */
const group = (label: string, chinese: string, pages: readonly string[]) => ({
  label,
  translations: { 'zh-CN': chinese },
  items: pages.map((slug) => ({ slug })),
})

export const sidebar = [
  group('Start', '开始', ['guide/recurrent-layers', 'guide/install', 'guide/from-pytorch', 'playground']),
  group('Guide', '指南', [
    'guide/engines',
    'guide/lengths',
    'guide/streaming',
    'guide/checkpoints',
    'guide/performance',
  ]),
  group('Training', '训练', ['guide/training', 'guide/data', 'guide/long-runs']),
  group('Explore', '探索', [
    'explore/inside-a-cell',
    'explore/word-to-language',
    'explore/checkpoint-inspector',
    'explore/hear-it',
    'explore/vanishing-gradients',
    'explore/learn-in-the-page',
  ]),
  group('In production', '生产环境', [
    'guide/bundlers',
    'guide/scaling',
    'guide/troubleshooting',
    'guide/correctness',
  ]),
  group('Migrate', '迁移', [
    'migrate/pytorch',
    'migrate/tfjs-keras',
    'migrate/onnxruntime',
    'migrate/brainjs',
  ]),
  group('Reference', '参考', [
    'reference/lstm',
    'reference/gru',
    'reference/rnn',
    'reference/lstmcell',
    'reference/grucell',
    'reference/rnncell',
    'reference/rnnbase',
    'reference/packing',
    'reference/api',
  ]),
  group('Results', '结果', ['results/conformance', 'results/benchmarks']),
]
