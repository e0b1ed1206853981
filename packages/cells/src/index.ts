// Cells
export { type CellState, RNNCellBase } from './cellBase.ts'
export type { CellOptions } from './cellOptions.ts'
// Functional steps
export { type CellWeights, gruCell, lstmCell, rnnCell } from './functional.ts'
export { GRUCell } from './gruCell.ts'
export { LSTMCell } from './lstmCell.ts'
export { RNNCell, type RNNCellOptions } from './rnnCell.ts'
export type { CellFromStateDictOptions } from './storedCell.ts'
