import type { Curve, Flow, Flows } from './flows.ts'

/** Four digits of each number: what a picture needs, and a third of the bytes in the page. */
export function roundFlows({ RNN, LSTM, GRU, matrix, engine }: Flows): Flows {
  return { RNN: roundFlow(RNN), LSTM: roundFlow(LSTM), GRU: roundFlow(GRU), matrix, engine }
}

function roundFlow({ hidden, cell, theory, kept }: Flow): Flow {
  return { hidden: round(hidden), cell: cell && round(cell), theory: round(theory), kept }
}

function round(curve: Curve): Curve {
  return curve.map((share) => Number(share.toPrecision(4)))
}
