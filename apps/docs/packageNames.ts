import { readdirSync } from 'node:fs'

/** Folders of the packages, in the order of the reference: what most people use first. */
const first = ['sequence', 'cells', 'nn', 'tensor', 'weights', 'kernels', 'gpu']

export const packageNames = [
  ...first,
  ...readdirSync(new URL('../../packages', import.meta.url)).filter(
    (name) => !first.includes(name) && name !== 'torch',
  ),
]
