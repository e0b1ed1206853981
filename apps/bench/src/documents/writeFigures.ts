/**
 * Writes the figures of documents anew from recorded runs: `node src/documents/writeFigures.ts`. With `--check` it writes nothing,
 * names those that differ from their run, and exits with 1.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { parseOptions } from '../options.ts'
import { parseResult } from '../result/resultFile.ts'
import { showResult } from '../terminal/showResult.ts'
import { rooflinePicture } from './rooflinePicture.ts'

const root = new URL('../../../../', import.meta.url)

/** Documents with blocks below a comment that names the command. */
const documents = ['README.md', 'apps/bench/README.md', 'packages/gpu/README.md']

/** Pictures, and the runs that they are drawn from. */
const pictures = { 'docs/roofline.svg': 'apps/bench/results/2026-11-26-amd-epyc.json' }

const block = /(<!-- printed by: pnpm bench (--show [^>]*?) -->\n\n```\n)([\s\S]*?)(\n```)/g

/** The wanted content of documents and pictures, by path. */
async function figures(): Promise<ReadonlyMap<string, string>> {
  const wanted = new Map<string, string>()
  for (const path of documents) {
    const text = await readFile(new URL(path, root), 'utf8')
    const shown = new Map<string, string>()
    for (const [, , args = ''] of text.matchAll(block)) shown.set(args, await outputOf(args.split(' ')))
    wanted.set(
      path,
      text.replaceAll(block, (_, before: string, args: string, __, after: string) => {
        return `${before}${shown.get(args)}${after}`
      }),
    )
  }
  for (const [path, run] of Object.entries(pictures)) {
    wanted.set(path, rooflinePicture(parseResult(await readFile(new URL(run, root), 'utf8'))))
  }
  return wanted
}

async function outputOf(args: readonly string[]): Promise<string> {
  const { show, asked } = parseOptions(args)
  if (show === null) throw new TypeError(`figures: expected a command with --show, got ${args.join(' ')}`)
  return showResult(parseResult(await readFile(new URL(show, root), 'utf8')), asked)
}

const isCheck = process.argv.includes('--check')
for (const [path, text] of await figures()) {
  const place = new URL(path, root)
  if (text === (await readFile(place, 'utf8'))) continue
  if (isCheck) {
    console.error(`${path}: its figures are not those of its run; pnpm bench:figures writes them`)
    process.exitCode = 1
  } else await writeFile(place, text)
}
