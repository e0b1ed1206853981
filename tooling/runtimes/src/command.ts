import { spawn } from 'node:child_process'

interface CommandOptions {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
}

/** The most a command may take, in ms: many times what any takes on an idle machine. */
const endsWithin = 300_000

/**
 * Runs a program, and gives what it wrote to stdout.
 * @throws Error with what it wrote where it fails, or does not end
 */
export async function command(
  program: string,
  args: readonly string[],
  { cwd, env = {} }: CommandOptions,
): Promise<string> {
  const child = spawn(program, args, {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
    timeout: endsWithin,
  })
  let [out, err] = ['', '']
  child.stdout.on('data', (chunk) => (out += chunk))
  child.stderr.on('data', (chunk) => (err += chunk))
  const [code, signal] = await new Promise<readonly [number | null, string | null]>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (...how) => resolve(how))
  })
  if (code !== 0) {
    throw new Error(`${program} ended with ${signal ?? code}\n${ending(out)}\n${ending(err)}`.trim())
  }
  return out
}

/** The last lines of what a program wrote, none of them long: a bundle can be one line. */
function ending(text: string): string {
  const lines = text.trimEnd().split('\n').slice(-30)
  return lines.map((line) => (line.length > 300 ? `${line.slice(0, 300)} ...` : line)).join('\n')
}
