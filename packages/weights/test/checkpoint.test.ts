import { Generator, RuntimeError, type Tensor, tensor, zeros } from '@unroll/tensor'
import { describe, expect, it } from 'vitest'
import { load, loadCheckpoint, type Savable, saveCheckpoint, savePt } from '../src/index.ts'

/** A part that keeps one tensor and one number, and refuses a tensor of another size. */
class Part {
  value: Tensor
  count: number

  constructor(value: Tensor, count = 0) {
    this.value = value
    this.count = count
  }

  stateDict(): Savable {
    return new Map<string, Savable>([
      ['value', this.value],
      ['count', this.count],
    ])
  }

  loadStateDict(state: unknown): void {
    const [value, count] = state instanceof Map ? [state.get('value'), state.get('count')] : []
    if (value?.numel !== this.value.numel) throw new RuntimeError('Part: expected another size')
    this.value.copy_(value)
    this.count = count
  }
}

describe('a checkpoint', () => {
  it('gives parts their states, and returns the rest', async () => {
    const generator = new Generator().manualSeed(7)
    const bytes = saveCheckpoint({
      model: new Part(tensor([1, 2]), 3),
      generator,
      epoch: 4,
      losses: [1.5, 0.5],
    })
    const next = generator.random()
    const [model, again] = [new Part(zeros([2])), new Generator().manualSeed(0)]
    const rest = await loadCheckpoint(bytes, { model, generator: again })
    expect(model.value.toArray()).toEqual([1, 2])
    expect(model.count).toBe(3)
    expect(again.random()).toBe(next)
    expect(rest).toEqual(
      new Map<string, unknown>([
        ['epoch', 4],
        ['losses', [1.5, 0.5]],
      ]),
    )
  })

  it('takes a run and its parts that are of interfaces', async () => {
    interface Parts {
      readonly model: Part
    }
    interface WholeRun extends Parts {
      readonly epoch: number
    }
    const run: WholeRun = { model: new Part(tensor([1, 2]), 3), epoch: 4 }
    const parts: Parts = { model: new Part(zeros([2])) }
    expect((await loadCheckpoint(saveCheckpoint(run), parts)).get('epoch')).toBe(4)
    expect(parts.model.count).toBe(3)
    // @ts-expect-error a function is neither a part nor can it be saved
    expect(() => saveCheckpoint({ model: () => 1 })).toThrow(TypeError)
  })

  it('holds a generator as PyTorch does: its state, a tensor of uint8', async () => {
    const saved = await load(saveCheckpoint({ generator: new Generator().manualSeed(1) }))
    const state = saved instanceof Map ? saved.get('generator') : null
    expect(state).toMatchObject({ dtype: 'uint8', shape: [5056] })
  })

  it('leaves all parts as they are if one does not fit', async () => {
    const bytes = saveCheckpoint({
      model: new Part(tensor([1, 2]), 3),
      other: new Part(tensor([1, 2, 3]), 5),
    })
    const [model, other] = [new Part(tensor([8, 9]), 1), new Part(tensor([7]), 2)]
    await expect(loadCheckpoint(bytes, { model, other })).rejects.toThrow('Part: expected another size')
    expect([model.value.toArray(), model.count]).toEqual([[8, 9], 1])
    expect([other.value.toArray(), other.count]).toEqual([[7], 2])
  })

  it('leaves all parts as they are where they share what they keep', async () => {
    const misfit = new Part(tensor([1, 2, 3]))
    const make = (value: number): { encoder: Part; model: Part } => {
      const encoder = new Part(tensor([value]), value)
      const model: Part = Object.assign(new Part(tensor([])), {
        stateDict: () => encoder.stateDict(),
        loadStateDict: (state: unknown) => encoder.loadStateDict(state),
      })
      return { model, encoder }
    }
    const bytes = saveCheckpoint({ ...make(3), misfit })
    const run = make(7)
    const parts = { ...run, misfit: new Part(tensor([1])) }
    await expect(loadCheckpoint(bytes, parts)).rejects.toThrow('Part: expected another size')
    expect([run.encoder.value.toArray(), run.encoder.count]).toEqual([[7], 7])
  })

  it('puts the others back, and tells both errors, where a part does not take its own state', async () => {
    const bytes = saveCheckpoint({
      first: new Part(tensor([1]), 1),
      broken: new Part(tensor([1]), 1),
      misfit: new Part(tensor([1, 2, 3])),
    })
    const [first, broken] = [new Part(tensor([8]), 8), new Part(tensor([9]), 9)]
    const { loadStateDict } = broken
    broken.loadStateDict = (state) => {
      if (broken.count !== 9) throw new RuntimeError('broken')
      loadStateDict.call(broken, state)
    }
    const loading = loadCheckpoint(bytes, { first, broken, misfit: new Part(tensor([1])) })
    await expect(loading).rejects.toThrow(AggregateError)
    await expect(loading).rejects.toMatchObject({
      errors: [{ message: 'Part: expected another size' }, { message: 'broken' }],
      message:
        'loadCheckpoint: 1 of 2 parts did not take their own states back, after: RuntimeError: Part: expected another size',
    })
    expect([first.value.toArray(), first.count]).toEqual([[8], 8])
  })

  it('puts a part back by its own remember(), which keeps more than its state dict', async () => {
    const bytes = saveCheckpoint({ model: new Part(tensor([1])), misfit: new Part(tensor([1, 2, 3])) })
    const calls: string[] = []
    const model = Object.assign(new Part(tensor([2])), { remember: () => () => void calls.push('back') })
    await expect(loadCheckpoint(bytes, { model, misfit: new Part(tensor([1])) })).rejects.toThrow(
      'another size',
    )
    expect(calls).toEqual(['back'])
  })

  it('names the parts that a file lacks', async () => {
    const bytes = saveCheckpoint({ model: new Part(tensor([1])), epoch: 1 })
    await expect(loadCheckpoint(bytes, { optimizer: new Part(zeros([1])) })).rejects.toThrow(
      'loadCheckpoint: expected optimizer in the file, got model, epoch',
    )
  })

  it('refuses what is no part, no dict, or no state of a generator', async () => {
    const bytes = saveCheckpoint({ model: new Part(tensor([1])), generator: 3 })
    await expect(Reflect.apply(loadCheckpoint, null, [bytes, { model: 3 }])).rejects.toThrow(
      'loadCheckpoint: expected model to have stateDict and loadStateDict, or to be a Generator, got number 3',
    )
    await expect(loadCheckpoint(bytes, { generator: new Generator().manualSeed(0) })).rejects.toThrow(
      'loadCheckpoint: expected generator to be the state of a generator, a tensor of uint8, got number 3',
    )
    const part = new Part(tensor([1]))
    for (const act of [
      () => Reflect.apply(loadCheckpoint, null, [bytes, part]),
      async () => Reflect.apply(saveCheckpoint, null, [part]),
    ]) {
      await expect(act()).rejects.toThrow(
        'expected the parts of a run by name, got Part; give it a name: { model: module }',
      )
    }
    const list = savePt([1, 2])
    await expect(loadCheckpoint(list, {})).rejects.toThrow('expected a file that holds a dict')
  })

  it('refuses a value that no file can hold', () => {
    expect(() => Reflect.apply(saveCheckpoint, null, [{ step: () => 1 }])).toThrow(TypeError)
  })
})
