// Memory of engines
export { type DirectionTensors, ResidentWeights } from './residentWeights.ts'
