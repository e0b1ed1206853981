/** Plans as programs of both languages. */
import { backwardLines, leafLines } from './backwardReproduction.ts'
import type { Draw, ModulePlan, Options, Plan } from './plan.ts'

export function pythonOf(plan: Plan): string {
  const lines = ['# Python', 'import torch', `torch.manual_seed(${plan.seed})`]
  if (plan.family !== 'module') return [...lines, ...asComment('#', plan)].join('\n')
  const { name, args, options } = plan.construct
  lines.push(
    `module = torch.nn.${name}(${[...args.map(python), ...keywords(options)].join(', ')})`,
    `module.train(${python(plan.training)})`,
    ...drawLines('x', plan.input, pythonDraw, (at, value) => `x.view(-1)[${at}] = float('${value}')`),
  )
  lines.push(...stateLines(plan, pythonDraw, ['(', ')']), ...leafLines(plan, 'python'))
  if (plan.pack)
    lines.push(`packed = torch.nn.utils.rnn.pack_padded_sequence(x, ${keywords(plan.pack).join(', ')})`)
  if (plan.input === null) return lines.join('\n')
  if (plan.backward === null) lines.push(`print(module(${argumentsOf(plan).join(', ')}))`)
  else lines.push(...backwardLines(plan, plan.backward, argumentsOf(plan), 'python'))
  return lines.join('\n')
}

export function typescriptOf(plan: Plan): string {
  const lines = ['// TypeScript', `manualSeed(${plan.seed})`]
  if (plan.family !== 'module') return [...lines, ...asComment('//', plan)].join('\n')
  const { name, args, options } = plan.construct
  lines.push(
    `const module = new ${name}(${[...args.map((arg) => JSON.stringify(arg)), ...(Object.keys(options).length ? [literal(options)] : [])].join(', ')})`,
    `module.train(${plan.training})`,
    ...drawLines(
      'x',
      plan.input,
      typescriptDraw,
      (at, value) => `x.view([-1]).at(${at}).fill_(${jsNumber(value)})`,
    ).map((line, i) => (i === 0 ? `const ${line}` : line)),
    ...stateLines(plan, typescriptDraw, ['[', ']']).map((line) => `const ${line}`),
    ...leafLines(plan, 'typescript'),
  )
  if (plan.pack) {
    const { lengths, ...rest } = plan.pack
    lines.push(`const packed = packPaddedSequence(x, ${JSON.stringify(lengths)}, ${literal(rest)})`)
  }
  if (plan.input === null) return lines.join('\n')
  if (plan.backward === null) lines.push(`console.log(module.forward(${argumentsOf(plan).join(', ')}))`)
  else lines.push(...backwardLines(plan, plan.backward, argumentsOf(plan), 'typescript'))
  return lines.join('\n')
}

function argumentsOf({ hx, pack }: ModulePlan): [input: string, state?: string] {
  const input = pack === null ? 'x' : 'packed'
  return hx === null ? [input] : [input, 'hx']
}

function stateLines(
  { hx }: ModulePlan,
  draw: (draw: Draw) => string,
  [open, close]: readonly [string, string],
): string[] {
  if (hx === null) return []
  if ('shape' in hx) return [`hx = ${draw(hx)}`]
  return [`hx = ${open}${hx.map(draw).join(', ')}${close}`]
}

function drawLines(
  name: string,
  draw: Draw | null,
  text: (draw: Draw) => string,
  special: (at: number, value: string) => string,
): string[] {
  if (draw === null) return []
  const numel = draw.shape.reduce((product, size) => product * size, 1)
  const specials = numel > 0 ? (draw.specials ?? []) : []
  return [`${name} = ${text(draw)}`, ...specials.map(([at, value]) => special(at % numel, value))]
}

function pythonDraw({ shape, dtype, scale }: Draw): string {
  const zeros = `torch.zeros([${shape.join(', ')}], dtype=torch.${dtype})`
  return dtype === 'int64' ? zeros : `${zeros}.uniform_(${-scale}, ${scale})`
}

function typescriptDraw({ shape, dtype, scale }: Draw): string {
  const zeros = `zeros([${shape.join(', ')}], { dtype: '${dtype}' })`
  return dtype === 'int64' ? zeros : `${zeros}.uniform_(${-scale}, ${scale})`
}

function keywords(options: Options): string[] {
  return Object.entries(options).map(
    ([name, value]) =>
      `${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}=${name === 'dtype' ? `torch.${String(value)}` : python(value)}`,
  )
}

function python(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  return value === null ? 'None' : JSON.stringify(value)
}

function literal(options: Options): string {
  return `{ ${Object.entries(options)
    .map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
    .join(', ')} }`
}

function jsNumber(text: string): string {
  return { nan: 'NaN', inf: 'Infinity', '-inf': '-Infinity' }[text] ?? text
}

/** Plans with many steps are given as data. */
function asComment(mark: string, plan: Plan): string[] {
  return [`${mark} ${plan.family}: ${JSON.stringify(plan)}`]
}
