import { createRequire } from 'node:module'

const requireThere = createRequire(new URL('../../../peers/package.json', import.meta.url))

/** The exports of a package in peers/; null where it is not installed. */
export function requireOnDemand(name: string): ReturnType<NodeJS.Require> | null {
  try {
    return requireThere(name)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND') return null
    throw error
  }
}
