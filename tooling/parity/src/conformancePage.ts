import type { Conformance, Row } from './conformance.ts'
import { differences } from './differences.ts'

/** docs/conformance.md */
export function conformancePage({ torch, sections }: Conformance): string {
  const rows = sections.flatMap((section) => section.rows)
  const count = (status: Row['status']): number => rows.filter((row) => row.status === status).length
  return `# Conformance

Every row of PyTorch's recurrent API, read off PyTorch ${torch.split('+')[0]}, with its counterpart here and the test that proves it.
${rows.length} rows: ${count('same')} the same, ${count('differs')} in another form, ${count('left out')} left out with a reason, none missing.
Made by \`pnpm parity -- --conformance --write\`; a test fails when this page is out of date.

What TypeScript's habit changes everywhere:

- Names are camelCase, keys of state dicts are PyTorch's: \`batch_first\` is \`batchFirst\`, \`weight_ih_l0\` stays.
- Sizes are positional, all else goes into one object: \`new LSTM(10, 20, { numLayers: 2 })\` for \`nn.LSTM(10, 20, 2)\`.
- A module is not callable: \`module.forward(x)\` for \`module(x)\`; hooks run around it all the same.
- Tuples are arrays, state dicts Maps, iterators of parameters arrays, \`None\` is null.
- \`ValueError\` and \`IndexError\` are RangeError, \`TypeError\` and \`AttributeError\` TypeError, \`RuntimeError\` is the class of that name.

${sections.map(({ title, rows }) => sectionText(title, rows)).join('\n')}
## Errors that differ on purpose

Live parity draws wrong arguments too; where both sides refuse them, they refuse them in the same step with the same
kind of error, but for these.

| Argument | PyTorch | Here | Why |
|---|---|---|---|
${differences.map(({ mistake, of, torch, ours, reason }) => `| ${cell(`${plain(mistake)}${of ? ` (${plain(of)})` : ''}`)} | ${cell(plain(torch))} | ${cell(plain(ours))} | ${cell(reason)} |`).join('\n')}
`
}

function sectionText(title: string, rows: readonly Row[]): string {
  const lines = rows.map(({ name, ours, status, reason, proof }) => {
    const test = proof ? `[${cell(titleText(proof.test))}](../${proof.file})` : ''
    return `| \`${name}\` | ${ours ? `\`${ours}\`` : ''} | ${status}${reason ? `: ${cell(reason)}` : ''} | ${test} |`
  })
  return `## ${title}\n\n| PyTorch | Here | Status | Proved by |\n|---|---|---|---|\n${lines.join('\n')}\n`
}

/** A test of many cases has their names in its title. */
function titleText(title: string): string {
  return title.replace(/\$\w+/, '…')
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ')
}

/** A pattern as text. */
function plain(pattern: RegExp): string {
  return pattern.source
    .replace(/[\^$()]/g, '')
    .replaceAll('|', ' or ')
    .trim()
}
