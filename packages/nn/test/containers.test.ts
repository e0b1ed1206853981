import { describe, expect, it } from 'vitest'
import { Dropout, Linear, type Module, ModuleDict, ModuleList, ReLU, Sequential, Tanh } from '../src/index.ts'

const names = (module: Module): string[] => module.namedChildren().map(([name]) => name)

describe('ModuleList', () => {
  it('is a list of modules under their positions', () => {
    const [a, b, c, d] = [new ReLU(), new Tanh(), new Linear(1, 2), new Dropout()]
    const list = new ModuleList<Module>([a])
    expect(list.append(b).extend([c])).toBe(list)
    expect([list.length, list.at(0), list.at(-1)]).toEqual([3, a, c])
    list.insert(1, d)
    expect([...list]).toEqual([a, d, b, c])
    expect(names(list)).toEqual(['0', '1', '2', '3'])
    expect([...list.keys()]).toEqual([0, 1, 2, 3])
    expect([...list.entries()].map(([index]) => index)).toEqual([0, 1, 2, 3])
    expect(list.insert(4, a).insert(-1, b).length).toBe(6)
    expect([...list.values()].map((module) => module.constructor.name)).toEqual([
      'ReLU',
      'Dropout',
      'Tanh',
      'Linear',
      'Tanh',
      'ReLU',
    ])
    expect(list.pop()).toBe(a)
    expect(list.pop(1)).toBe(d)
    expect([...list]).toEqual([a, b, c, b])
    expect(list.set(-1, d).at(3)).toBe(d)
    expect(names(list)).toEqual(['0', '1', '2', '3'])
    expect([...list.stateDict().keys()]).toEqual(['2.weight', '2.bias'])
    expect(() => Reflect.apply(list.forward, list, [])).toThrow('ModuleList.forward: not implemented')
  })

  it('takes any iterable, and refuses the rest', () => {
    const relu = new ReLU()
    expect(new ModuleList(new Set([relu])).at(0)).toBe(relu)
    expect(new ModuleList(new Sequential(relu)).at(0)).toBe(relu)
    const list = new ModuleList([relu])
    expect(() => list.at(1)).toThrow('expected a position from -1 to 0, got 1')
    expect(() => list.insert(2, relu)).toThrow('expected a position from -1 to 1, got 2')
    expect(() => list.set(1, relu)).toThrow(RangeError)
    expect(() => new ModuleList().pop()).toThrow(RangeError)
    for (const wrong of [relu, null, 3, { a: relu }]) {
      expect(() => Reflect.construct(ModuleList, [wrong])).toThrow('ModuleList: expected an array of modules')
    }
    expect(() => Reflect.apply(list.extend, list, [[relu, 'relu']])).toThrow('got string "relu"')
    expect(list.length).toBe(1)
    expect(() => Reflect.apply(list.append, list, [ReLU])).toThrow('write new ReLU(...)')
  })
})

describe('ModuleDict', () => {
  it('is a map of modules under their names', () => {
    const [a, b, c] = [new ReLU(), new Tanh(), new Linear(1, 2)]
    const dict = new ModuleDict<Module>({ a, b })
    expect(dict.set('c', c)).toBe(dict)
    expect([dict.size, dict.get('c'), dict.has('b'), dict.has('toString')]).toEqual([3, c, true, false])
    expect([...dict.keys()]).toEqual(['a', 'b', 'c'])
    expect([...dict.values()]).toEqual([a, b, c])
    expect([...dict]).toEqual([...dict.entries()])
    expect([...dict.stateDict().keys()]).toEqual(['c.weight', 'c.bias'])
    expect(dict.set('a', b).get('a')).toBe(b)
    expect([dict.delete('a'), dict.delete('a'), dict.size]).toEqual([true, false, 2])
    expect([dict.pop('b'), dict.size]).toEqual([b, 1])
    dict.clear()
    expect(names(dict)).toEqual([])
  })

  it('is made of an object, a Map, another one, or pairs', () => {
    const relu = new ReLU()
    for (const modules of [{ relu }, new Map([['relu', relu]]), new ModuleDict({ relu }), [['relu', relu]]]) {
      const dict: ModuleDict = Reflect.construct(ModuleDict, [modules])
      expect([...dict.entries()]).toEqual([['relu', relu]])
      expect(new ModuleDict().update(dict).get('relu')).toBe(relu)
    }
  })

  it('refuses names that are taken or unknown, and what is no module', () => {
    const dict = new ModuleDict({ relu: new ReLU() })
    expect(() => dict.get('tanh')).toThrow('expected one of the names "relu", got "tanh"')
    expect(() => dict.pop('tanh')).toThrow(RangeError)
    expect(() => dict.set('keys', new ReLU())).toThrow('"keys", which is another property')
    expect(() => dict.set('a.b', new ReLU())).toThrow('without dots')
    expect(() => Reflect.construct(ModuleDict, [{ relu: 'relu' }])).toThrow(
      'expected modules, got string "relu"',
    )
    expect(() => Reflect.construct(ModuleDict, [[new ReLU()]])).toThrow(
      'expected pairs [name, module], got ReLU',
    )
    expect(() => Reflect.construct(ModuleDict, ['relu'])).toThrow('expected an object or Map of modules')
    expect(() => Reflect.apply(dict.get, dict, [0])).toThrow('expected name to be a string, got number 0')
  })
})
