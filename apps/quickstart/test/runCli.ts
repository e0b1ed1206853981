import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))

export interface Result {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

export interface RunOptions {
  /** Closes the standard output after that many characters. */
  readonly stopAfter?: number
  /** Presses Ctrl-C once the standard output has this. */
  readonly interruptAt?: string
}

/** Runs the command line as a user does. */
export function runCli(
  args: readonly string[],
  { stopAfter = Number.POSITIVE_INFINITY, interruptAt }: RunOptions = {},
): Promise<Result> {
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let [out, err] = ['', '']
  let isInterrupted = false
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
    if (out.length >= stopAfter) child.stdout.destroy()
    if (interruptAt === undefined || isInterrupted || !out.includes(interruptAt)) return
    isInterrupted = true
    child.kill('SIGINT')
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject).on('close', (code) => resolve({ code, out, err }))
  })
}
