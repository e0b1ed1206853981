/**
 * Base class of objects that Node's console.log shows by their `toString()`. It is a constant with a plain type: under
 * `isolatedDeclarations` a class declaration may not have a method with a computed name.
 */
export const Inspectable: new () => object = class {
  // Node's util.inspect.custom, without importing it: browsers have no such module.
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}
