import { runCode } from '../src/live/runCode.ts'

/** What code of the site prints, a line each call. @throws what the code throws */
export async function printedBy(code: string): Promise<string> {
  const lines: string[] = []
  await runCode(code, { print: (_, text) => lines.push(text) })
  return lines.map((line) => `${line}\n`).join('')
}
