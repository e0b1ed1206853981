export { type Allclose, allclose, type Tolerance, tolerances } from './allclose.ts'
export { decodeArray, type EncodedArray, type NumericArray } from './encodedArray.ts'
export { nestedProxy } from './nestedProxy.ts'
export { call, construct, faultOf, type WrongCall } from './wrongCalls.ts'
