import { describe, expect, it } from 'vitest'
import * as nn from '../src/index.ts'

const { Linear, Module, Sequential } = nn

const classes = Object.entries(nn).filter(
  ([, value]) => typeof value === 'function' && (value === Module || value.prototype instanceof Module),
)

describe('names of modules', () => {
  it.each([...classes, ['Parameter', nn.Parameter]] as const)(
    '%s says its name as a string, which minifiers leave alone',
    (name, type) => {
      // A name that comes from the class declaration is not writable.
      expect(Object.getOwnPropertyDescriptor(type, 'name')).toMatchObject({ value: name, writable: true })
    },
  )

  it('of subclasses are their own', () => {
    class Head extends Linear {}
    class Model extends Module {
      head = new Head(2, 1)
    }
    expect(String(new Model())).toBe('Model(\n  (head): Head(in_features=2, out_features=1, bias=True)\n)')
    expect(() => new Model().forward()).toThrow('Model.forward: not implemented')
    expect(String(new (class Stack extends Sequential {})())).toBe('Stack()')
  })
})
