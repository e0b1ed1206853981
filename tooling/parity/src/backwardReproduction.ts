/** The way back of a plan, in both languages. `x`, `hx` and `module` are there. */
import type { BackwardPlan, ModulePlan } from './plan.ts'

interface Language {
  requireGrad(name: string): string
  freeze(names: readonly string[]): string
  forward(results: string, args: string): string
  pair(first: string, second: string): string
  product(name: string): string
  sum(terms: readonly string[]): string
  change(name: string): string
  parameter(name: string): string
  /** Makes a loss of the gradients of all leaves. */
  lossOfGradients(leaves: readonly string[]): string[]
  readonly backward: string
  print(leaves: readonly string[]): string
}

const python: Language = {
  requireGrad: (name) => `${name}.requires_grad_()`,
  freeze: (names) => `for name in ${JSON.stringify(names)}: module.get_parameter(name).requires_grad_(False)`,
  forward: (results, args) => `${results} = module(${args})`,
  pair: (first, second) => `(${first}, ${second})`,
  product: (name) => `(${name} * torch.zeros(${name}.shape, dtype=${name}.dtype).uniform_(-1, 1)).sum()`,
  sum: (terms) => `loss = ${terms.join(' + ')}`,
  change: (name) => `with torch.no_grad(): ${name}.add_(1)`,
  parameter: (name) => `module.${name}`,
  lossOfGradients: (leaves) => [
    `wanted = [t for t in (${leaves.join(', ')}, *module.parameters()) if t.requires_grad]`,
    'found = torch.autograd.grad(loss, wanted, create_graph=True, allow_unused=True)',
    `loss = sum(${python.product('g')} for g in found if g is not None)`,
  ],
  backward: 'loss.backward()',
  print: (leaves) => `print(${leaves.join(', ')}, *[p.grad for p in module.parameters()])`,
}

const typescript: Language = {
  requireGrad: (name) => `${name}.requiresGrad = true`,
  freeze: (names) =>
    `for (const name of ${JSON.stringify(names)}) module.getParameter(name).requiresGrad = false`,
  forward: (results, args) => `var ${results} = module.forward(${args})`,
  pair: (first, second) => `[${first}, ${second}]`,
  product: (name) => `${name}.mul(zeros(${name}.shape, { dtype: ${name}.dtype }).uniform_(-1, 1)).sum()`,
  sum: ([first, ...others]) => `var loss = ${first}${others.map((term) => `.add(${term})`).join('')}`,
  change: (name) => `noGrad(() => ${name}.add_(1))`,
  parameter: (name) => `module.${name}`,
  lossOfGradients: (leaves) => [
    `const wanted = [${leaves.join(', ')}, ...module.parameters()].filter((t) => t.requiresGrad)`,
    'const found = grad([loss], wanted, { createGraph: true, allowUnused: true })',
    `loss = found.reduce((sum, g) => (g === null ? sum : sum.add(${typescript.product('g')})), tensor(0))`,
  ],
  backward: 'loss.backward()',
  print: (leaves) => `console.log(${leaves.join(', ')}, ...module.parameters().map(({ grad }) => grad))`,
}

/** Before the input is packed. */
export function leafLines(plan: ModulePlan, language: 'python' | 'typescript'): string[] {
  const { backward } = plan
  if (backward === null) return []
  const { requireGrad, freeze } = languages[language]
  return [
    ...(backward.input ? [requireGrad('x')] : []),
    ...stateNames(plan).flatMap((name, at) => (backward.states[at] ? [requireGrad(name)] : [])),
    ...(backward.frozen.length > 0 ? [freeze(backward.frozen)] : []),
  ]
}

/** @param args those of forward: the input, and the state if one is given */
export function backwardLines(
  plan: ModulePlan,
  backward: BackwardPlan,
  args: readonly [input: string, state?: string],
  language: 'python' | 'typescript',
): string[] {
  const { forward, change, parameter, lossOfGradients, backward: walk, print } = languages[language]
  const isCell = plan.construct.name.endsWith('Cell')
  const { results, state } = resultsOf(plan, languages[language])
  const rows = plan.pack === null ? args[0] : `${args[0]}.data`
  const loss = lossLine(plan, backward, languages[language])
  const { fault, order } = backward
  const leaves = ['x', ...stateNames(plan)]
  return [
    forward(results, args.join(', ')),
    loss,
    ...(order === 2 ? lossOfGradients(leaves) : []),
    ...(fault === 'input changed' ? [change(rows)] : []),
    ...(fault === 'weight changed' ? [change(parameter(isCell ? 'weight_hh' : 'weight_hh_l0'))] : []),
    walk,
    ...(fault === 'backward twice' ? [walk] : []),
    ...(fault === 'state not detached for the next step'
      ? [forward(results, `${args[0]}, ${state}`), loss, walk]
      : []),
    print(leaves.map((leaf) => `${leaf}.grad`)),
  ]
}

const languages = { python, typescript }

function stateNames({ hx }: ModulePlan): string[] {
  if (hx === null) return []
  return 'shape' in hx ? ['hx'] : hx.map((_, at) => `hx[${at}]`)
}

/** What forward returns, to be taken apart. */
function resultsOf(
  { construct: { name } }: ModulePlan,
  { pair }: Language,
): { results: string; state: string } {
  const state = name.startsWith('LSTM') ? pair('hn', 'cn') : 'hn'
  if (name.endsWith('Cell')) return { results: state, state }
  return { results: pair('output', state), state }
}

function lossLine(
  { construct: { name }, pack }: ModulePlan,
  { loss }: BackwardPlan,
  language: Language,
): string {
  const names = [...(name.endsWith('Cell') ? [] : [pack === null ? 'output' : 'output.data']), 'hn', 'cn']
  return language.sum(
    loss.flatMap((part, at) => {
      const result = names[at]
      if (result === undefined || part === 'nothing') return []
      return part === 'sum' ? [`${result}.sum()`] : [language.product(result)]
    }),
  )
}
