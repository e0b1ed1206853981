import { describe, expect, it } from 'vitest'
import { trainOptions } from '../src/training/trainOptions.ts'
import { UsageError } from '../src/userError.ts'

describe('the arguments of train', () => {
  it("are train.py's numbers unless others are given", () => {
    expect(trainOptions([])).toEqual({
      json: false,
      settings: { texts: [], out: 'trained.pt', epochs: 5, seed: 0 },
    })
    const args = [
      '--text',
      'a.txt',
      '--text=b.txt',
      '--epochs',
      '2',
      '--seed',
      '7',
      '--out',
      'm.pt',
      '--json',
    ]
    expect(trainOptions(args)).toEqual({
      json: true,
      settings: { texts: ['a.txt', 'b.txt'], out: 'm.pt', epochs: 2, seed: 7 },
    })
    expect(trainOptions(['--resume', 'm.run.pt'])).toEqual({ json: false, resume: 'm.run.pt' })
  })

  it.each([
    [['--epochs', '0'], '--epochs: expected a whole number from 1 to 1000, got 0'],
    [['--epochs', '1.5'], 'got 1.5'],
    [['--epochs', 'many'], 'got many'],
    [['--seed=-1'], '--seed: expected a whole number from 0 to 2147483648, got -1'],
    [['--out', 'words.txt'], '--out: expected a name that ends in .pt, got words.txt'],
    [['--resume', 'm.run.pt', '--seed', '1'], '--resume: expected no other option but --json'],
    [['--resume', 'm.run.pt', '--text', 'a.txt'], '--resume: expected no other option but --json'],
    [['--text'], 'argument missing'],
    [['word'], 'Unexpected argument'],
    [['--nonsense'], 'Unknown option'],
  ])('%j are refused', (args, message) => {
    expect(() => trainOptions(args)).toThrow(UsageError)
    expect(() => trainOptions(args)).toThrow(message)
  })
})
