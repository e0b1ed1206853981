/** Node and what calls itself compatible (Deno, Bun): where a bare string is a path. */
export function isNode(): boolean {
  const { process } = globalThis as { process?: { versions?: { node?: string } } }
  return typeof process?.versions?.node === 'string'
}
