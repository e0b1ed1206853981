import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/** A program of `programs/` with the built packages, as one script. */
export async function bundleOf(program: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(`programs/${program}`, import.meta.url))],
    bundle: true,
    format: 'iife',
    write: false,
    logLevel: 'error',
  })
  return outputFiles[0]?.text ?? ''
}
