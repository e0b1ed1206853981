import { tensor } from '@unroll/torch'

// A gate is a number from 0 to 1 for each unit; it is multiplied with what may pass.
const gate = tensor([-6, -1, 0, 1, 6]).sigmoid()
const memory = tensor([10, 10, 10, 10, 10])
console.log('gate  ', gate)
console.log('passes', gate.mul(memory))
