import '@tensorflow/tfjs-backend-webgpu'
import { version_core } from '@tensorflow/tfjs-core'
import type { Contender } from '../contender.ts'
import { tfjs } from './tfjs.ts'

/** TensorFlow.js on its WebGPU backend: results come back asynchronously. */
export function tfjsWebgpu(): Promise<Contender | null> {
  return tfjs('webgpu', version_core, { async: true })
}
