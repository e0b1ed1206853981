import { cp, stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { AstroIntegration } from 'astro'
import sirv from 'sirv'

const built = new URL('../bench/dist/', import.meta.url)

/** The benchmark's dashboard as a folder of the site: `bench/`. */
export const dashboard: AstroIntegration = {
  name: 'dashboard',
  hooks: {
    'astro:server:setup': ({ server }) => {
      server.middlewares.use('/bench', sirv(fileURLToPath(built), { dev: true }))
    },
    'astro:build:done': async ({ dir }) => {
      await stat(built).catch(() => {
        throw new Error(
          'dashboard: expected it to be built before the site: pnpm --filter @unroll/bench build',
        )
      })
      await cp(built, new URL('bench/', dir), { recursive: true })
    },
  },
}
