/**
 * Base class of what Node's console.log shows by its `toString()`. A constant of plain type, because a class declaration
 * may not have a method of that name and emit its types file by file.
 */
export const Inspectable: new () => object = class {
  // Node's util.inspect.custom, without importing it: browsers have no such module.
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}
