/**
 * Base class of objects that Node's console.log shows by their `toString()`. It is a constant, because `isolatedDeclarations` does
 * not allow a class declaration with a computed method name.
 */
export const Inspectable: new () => object = class {
  // Node's util.inspect.custom, without importing it: browsers have no such module.
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}
