/**
 * Whether the nearest of an object and its prototypes that has one of two members itself has the first. Who wrote, or
 * hooked into, a module's `forward` has the last word on how it computes: other ways count only if they were written at
 * the same place, or nearer.
 */
export function isAsNear(object: object, first: string, second: string): boolean {
  for (let at: object | null = object; at !== null; at = Object.getPrototypeOf(at)) {
    if (Object.hasOwn(at, first)) return true
    if (Object.hasOwn(at, second)) return false
  }
  return false
}
