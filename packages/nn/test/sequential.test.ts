import { ones, type Tensor, tensor } from '@unroll/tensor'
import { describe, expect, it } from 'vitest'
import { Linear, Module, Sequential } from '../src/index.ts'

class Add extends Module {
  readonly #amount: number

  constructor(amount: number) {
    super()
    this.#amount = amount
  }

  override forward(x: Tensor): Tensor {
    return x.add(this.#amount)
  }
}

/** Computes only when it is awaited, as on a device. */
class Later extends Module {
  override forward(_x: Tensor): Tensor {
    throw new Error('await forwardAsync')
  }

  override async forwardAsync(x: Tensor): Promise<Tensor> {
    return x.mul(2)
  }
}

class Split extends Module {
  override forward(x: Tensor): [Tensor, Tensor] {
    return [x, x]
  }
}

describe('Sequential', () => {
  it('runs modules one after the other', () => {
    expect(new Sequential(new Add(1), new Sequential(new Add(2), new Add(3))).forward(ones([1])).item()).toBe(
      7,
    )
  })

  it('of nothing gives its input back', async () => {
    const x = ones([1])
    expect(new Sequential().forward(x)).toBe(x)
    expect(await new Sequential().forwardAsync(x)).toBe(x)
  })

  it('awaits each module in forwardAsync', async () => {
    const model = new Sequential(new Later(), new Add(1), new Sequential(new Later()))
    expect((await model.forwardAsync(tensor([3]))).item()).toBe(14)
    expect(() => model.forward(tensor([3]))).toThrow('await forwardAsync')
  })

  it('runs a module it has twice, twice, and lists it once', () => {
    const twice = new Add(1)
    const model = new Sequential(twice, twice)
    expect(model.forward(ones([1])).item()).toBe(3)
    expect([model.length, model.children().length]).toEqual([2, 1])
  })

  it('is a list of its modules', () => {
    const parts = [new Add(1), new Linear(1, 1), new Add(2)]
    const model = new Sequential(...parts)
    expect([...model]).toEqual(parts)
    expect([model.length, model.at(1) === parts[1], model.at(-1) === parts[2]]).toEqual([3, true, true])
    for (const index of [3, -4, 0.5]) {
      if (Number.isInteger(index)) expect(() => model.at(index)).toThrow(`from -3 to 2, got ${index}`)
    }
    expect(model.namedChildren().map(([name]) => name)).toEqual(['0', '1', '2'])
  })

  it('keeps the order of ten and more', () => {
    const model = new Sequential(...Array.from({ length: 12 }, () => new Linear(1, 1, { bias: false })))
    expect([...model.stateDict().keys()].map((key) => Number.parseInt(key, 10))).toEqual(
      Array.from({ length: 12 }, (_, i) => i),
    )
  })

  it('takes what its first module takes and gives what its last gives', () => {
    const [a, b]: [Tensor, Tensor] = new Sequential(new Add(1), new Split()).forward(ones([1]))
    expect([a.item(), b.item()]).toEqual([2, 2])
    // @ts-expect-error Add takes a tensor
    expect(() => new Sequential(new Add(1)).forward('x')).toThrow()
  })
})
