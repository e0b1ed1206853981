import { version_webgl } from '@tensorflow/tfjs-backend-webgl'
import type { Contender } from '../contender.ts'
import { tfjs } from './tfjs.ts'

/** TensorFlow.js on its WebGL backend: results come back asynchronously. */
export function tfjsWebgl(): Promise<Contender | null> {
  return tfjs('webgl', version_webgl, { async: true })
}
