/** A part that every graph has. If it is missing, this package has a bug. */
export function required<T>(part: T | null | undefined, what: string): T {
  if (part === null || part === undefined) throw new Error(`gpu: expected ${what} in the graph, got none`)
  return part
}
