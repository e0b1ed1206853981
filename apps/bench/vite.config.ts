import { execFileSync } from 'node:child_process'
import { defineConfig } from 'vite'

/** Shared memory, and so threads, need these from the server; a static host may not send them. */
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
}

// Runs that are made in the page name the commit it was built from.
process.env['VITE_COMMIT'] ??= commit()

export default defineConfig({
  // The page works in any folder, such as that of the docs site.
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  server: { headers: isolation },
  preview: { headers: isolation },
  // TensorFlow.js starts its threads from the text of a function, and minified text would not work.
  worker: { format: 'es', rolldownOptions: { output: { minify: false } } },
  build: { target: 'es2023', assetsInlineLimit: 0, chunkSizeWarningLimit: 2000 },
})

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { stdio: ['ignore', 'pipe', 'ignore'] })
      .toString()
      .trim()
  } catch {
    return ''
  }
}
