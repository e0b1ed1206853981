/** A part that a graph always has. Its absence is a mistake of this package. */
export function required<T>(part: T | null | undefined, what: string): T {
  if (part === null || part === undefined) throw new Error(`gpu: expected ${what} in the graph, got none`)
  return part
}
