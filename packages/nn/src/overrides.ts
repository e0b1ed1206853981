/**
 * Searches an object and then its prototypes for the first that has one of two own members. True if that is `first`,
 * also if both are there. The author of a module's `forward`, or of a hook on it, decides how the module computes.
 * Another way to compute counts only if it was written in the same class, or in a subclass of it.
 */
export function isAsNear(object: object, first: string, second: string): boolean {
  for (let at: object | null = object; at !== null; at = Object.getPrototypeOf(at)) {
    if (Object.hasOwn(at, first)) return true
    if (Object.hasOwn(at, second)) return false
  }
  return false
}
