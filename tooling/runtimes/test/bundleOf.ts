import { fileURLToPath } from 'node:url'
import { type BuildOptions, build } from 'esbuild'

/** A program of `programs/` with the built packages, as one script. */
export function bundleOf(program: string, options: BuildOptions = {}): Promise<string> {
  const entry = fileURLToPath(new URL(`programs/${program}`, import.meta.url))
  return bundle({ entryPoints: [entry], ...options })
}

/** Code that imports the built packages, with them, as one script. */
export function bundleOfCode(contents: string): Promise<string> {
  return bundle({ stdin: { contents, resolveDir: fileURLToPath(new URL('.', import.meta.url)) } })
}

async function bundle(entry: BuildOptions): Promise<string> {
  const { outputFiles } = await build({
    ...entry,
    bundle: true,
    format: 'iife',
    write: false,
    logLevel: 'error',
  })
  return outputFiles?.[0]?.text ?? ''
}
