/**
 * Runs the samples and writes what they print beside them, or, with `--check`, says which print something else.
 *
 *   node scripts/samples.ts [--check] [name ...]
 */
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { printedBy } from './printedBy.ts'

const folder = new URL('../samples/', import.meta.url)
const args = process.argv.slice(2)
const check = args.includes('--check')
const named = args.filter((arg) => !arg.startsWith('--'))
const names = (await readdir(folder, { recursive: true }))
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.replace(/\.ts$/, '').replaceAll('\\', '/'))
  .filter((name) => named.length === 0 || named.includes(name))
  .sort()
for (const name of names) {
  const printed = await printedBy(await readFile(new URL(`${name}.ts`, folder), 'utf8'))
  const file = new URL(`${name}.txt`, folder)
  const before = await readFile(file, 'utf8').catch(() => '')
  if (printed === before) continue
  if (check) process.exitCode = 1
  else await writeFile(file, printed)
  console.log(`${check ? 'prints something else' : 'written'}: ${name}`)
}
