import { expect, it } from 'vitest'
import { grid } from '../src/grid.ts'

it('columns are as wide as their widest cell, and no line ends in spaces', () => {
  expect(
    grid([
      ['case', 'ms', ''],
      ['lstm-small', '0.1', 'fast'],
    ]),
  ).toBe('case        ms\nlstm-small  0.1  fast\n')
})

it('columns of numbers stand to the right', () => {
  expect(
    grid(
      [
        ['a', '1'],
        ['b', '100'],
      ],
      { aligns: ['left', 'right'] },
    ),
  ).toBe('a    1\nb  100\n')
})

it('a cell that is wider than its column is cut', () => {
  expect(grid([['abcdef', 'x']], { widths: [4, 1] })).toBe('abc…  x\n')
})

it('no rows are no lines', () => {
  expect(grid([])).toBe('')
})
