import type { RecurrentModule } from '@unroll/weights'

/** Dtypes that layers compute in; others are converted when they are loaded. */
const computed: ReadonlySet<string> = new Set(['float32', 'float64'])

/**
 * TypeScript that loads a recurrent layer of a file and runs it once.
 * @param file what stands for the file: a path in Node, a URL in browsers
 * @param prefix chooses between state dicts; empty where there is one
 */
export function codeFor(module: RecurrentModule, file: string, prefix = ''): string {
  const { kind, inputSize, dtype } = module
  const isCell = kind.endsWith('Cell')
  const hasCellState = kind.startsWith('LSTM')
  const options = [
    ...(prefix === '' ? [] : [`prefix: ${quoted(prefix)}`]),
    ...(computed.has(dtype) ? [] : ["dtype: 'float32'"]),
  ]
  const layerOptions = module.prefix === '' ? '' : `, { prefix: ${quoted(module.prefix)} }`
  const inputOptions = dtype === 'float64' ? ", { dtype: 'float64' }" : ''
  const run = isCell
    ? [
        `const x = zeros([1, ${inputSize}]${inputOptions}) // (batch, input size)`,
        hasCellState ? 'const [h, c] = layer.forward(x)' : 'const h = layer.forward(x)',
        'console.log(h.shape)',
      ]
    : [
        `const x = zeros([7, 1, ${inputSize}]${inputOptions}) // (timesteps, batch, input size)`,
        `const [output, ${hasCellState ? '[hn, cn]' : 'hn'}] = layer.forward(x)`,
        'console.log(output.shape)',
      ]
  return [
    `import { ${kind} } from '${isCell ? '@unroll/cells' : '@unroll/sequence'}'`,
    "import { zeros } from '@unroll/tensor'",
    "import { loadWeights } from '@unroll/weights'",
    '',
    `const weights = await loadWeights(${[quoted(file), ...(options.length > 0 ? [`{ ${options.join(', ')} }`] : [])].join(', ')})`,
    `const layer = ${kind}.fromStateDict(weights${layerOptions})`,
    'console.log(String(layer))',
    '',
    ...run,
  ].join('\n')
}

/** Text of a file as a literal: whatever stands in it, it stays one. */
function quoted(text: string): string {
  const plain = /^[\w .\-/:()[\]]*$/.test(text)
  return plain
    ? `'${text}'`
    : JSON.stringify(text).replace(
        /[\u2028\u2029\p{Cc}\p{Bidi_Control}]/gu,
        (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
      )
}
