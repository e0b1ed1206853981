/** Runs a snippet in a page: what its comments say of values is checked. */
export async function run(url: string): Promise<void> {
  const check = (got: unknown, want: unknown): void => {
    const [a, b] = [JSON.stringify(got), JSON.stringify(want)]
    if (a !== b) throw new Error(`expected ${b}, got ${a}`)
  }
  Object.assign(globalThis, { check })
  await import(url)
}
