/**
 * How many steps up the chain of prototypes a member is found; infinity where it is not. Who wrote, or hooked into, a module's
 * `forward` has the last word on how it computes: other ways to compute count only from the same step on down.
 */
export function depthOf(object: object, name: string): number {
  let depth = 0
  for (let at: object | null = object; at !== null; at = Object.getPrototypeOf(at)) {
    if (Object.hasOwn(at, name)) return depth
    depth++
  }
  return Number.POSITIVE_INFINITY
}
