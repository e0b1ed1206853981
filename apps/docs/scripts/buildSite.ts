import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'

const app = fileURLToPath(new URL('../', import.meta.url))

/**
 * Builds the website. Astro leaves out what it cannot render, and goes on: here that is an error.
 * @param env `DOCS_BASE` and `DOCS_OUT` tell for which address, and into which folder (astro.config.ts)
 * @param shown where its output goes as it comes
 * @throws Error where a page is not whole, or there is none
 */
export async function buildSite(env: NodeJS.ProcessEnv, shown?: Writable): Promise<void> {
  const child = spawn(process.execPath, ['node_modules/astro/bin/astro.mjs', 'build'], {
    cwd: app,
    env: { ...env, ASTRO_TELEMETRY_DISABLED: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (part: string) => {
      output += part
      shown?.write(part)
    })
  }
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`astro build ended with ${code}: ${output.slice(-2000)}`)
  const [fault] = /^.*Error rendering.*$/m.exec(output) ?? []
  if (fault !== undefined) throw new Error(`the site has a page that is not whole: ${fault}`)
}
