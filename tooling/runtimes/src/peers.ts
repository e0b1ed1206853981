import { existsSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { command } from './command.ts'
import { Unavailable } from './row.ts'

const folder = fileURLToPath(new URL('../peers', import.meta.url))
const platform = `${process.platform}-${process.arch}`

/** Installs the runtimes, bundlers and compilers of the lock file in `peers/`. If that fails, their rows say what is missing. */
export async function installPeers(): Promise<void> {
  try {
    await command('pnpm', ['install', '--frozen-lockfile', '--reporter=append-only'], { cwd: folder })
  } catch (error) {
    console.log(error instanceof Error ? error.message : error)
  }
}

/**
 * A file of a package of `peers/`.
 * @throws Unavailable where the package is not installed
 */
export function peerFile(name: string, path: string): string {
  const file = join(folder, 'node_modules', name, path)
  if (!existsSync(file)) throw new Unavailable(`${name} is not installed here`)
  return file
}

/** The folder of type declarations of Node. */
export const peerTypes: string = join(folder, 'node_modules/@types')

/** The packages that hold a runtime's program, one for each platform. */
const programs: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  bun: { 'linux-x64': '@oven/bun-linux-x64/bin/bun', 'darwin-arm64': '@oven/bun-darwin-aarch64/bin/bun' },
  deno: { 'linux-x64': '@deno/linux-x64-glibc/deno', 'darwin-arm64': '@deno/darwin-arm64/deno' },
  workerd: {
    'linux-x64': '@cloudflare/workerd-linux-64/bin/workerd',
    'darwin-arm64': '@cloudflare/workerd-darwin-arm64/bin/workerd',
  },
}

/**
 * The program of a runtime.
 * @throws Unavailable where its package has none for this machine
 */
export function peerProgram(name: string): string {
  const path = programs[name]?.[platform]
  if (path === undefined) throw new Unavailable(`${name} is not tried on ${platform}`)
  return createRequire(realpathSync(peerFile(name, 'package.json'))).resolve(path)
}

/**
 * A Node of another version than this one's.
 * @throws Unavailable where there is none for this machine
 */
export function peerNode(name: string): string {
  if (platform !== 'linux-x64')
    throw new Unavailable(`the packages of Node's programs are those of linux-x64`)
  return peerFile(name, 'bin/node')
}
