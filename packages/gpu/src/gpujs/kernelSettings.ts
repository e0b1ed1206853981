import type { HelperFunction, KernelSettings, NativeFunction } from './types.ts'

/** What a kernel becomes: WGSL on WebGPU, GLSL 3.00 on WebGL 2, GLSL 1.00 on headless-gl. */
export type ShadingLanguage = 'wgsl' | 'glsl300' | 'glsl100'

/**
 * Functions of the kernels, as source strings like the kernels themselves: minifiers rewrite functions, and gpu.js reads
 * their text.
 *
 * The built-in tanh gives NaN from 45 or 89 on; this one saturates. Below 0.3, where the quotient cancels, stands the
 * series of tanh to x^9. All of them pass NaN on, which built-in functions need not do.
 */
const helpers: readonly HelperFunction[] = [
  `function sigm(x) {
    const e = Math.exp(-Math.abs(x));
    let s = 1.0;
    if (x < 0.0) { s = e; }
    return ifNan(x, x, s / (1.0 + e));
  }`,
  `function tanhOf(x) {
    const a = Math.abs(x);
    if (a < 0.3) {
      const s = x * x;
      return x * (1.0 + s * (-0.3333333333 + s * (0.1333333333 + s * (-0.0539682540 + s * 0.0218694885))));
    }
    const e = Math.exp(-2.0 * a);
    let t = (1.0 - e) / (1.0 + e);
    if (x < 0.0) { t = -t; }
    return ifNan(x, x, t);
  }`,
  'function relu(x) { return ifNan(x, x, Math.max(x, 0.0)); }',
  'function expOf(x) { return ifNan(x, x, Math.exp(x)); }',
].map((source) => ({ source, settings: { argumentTypes: { x: 'Number' }, returnType: 'Number' } }))

/**
 * `ifNan(x, y, z)`: y where x is NaN, else z. Compilers may assume that no number is NaN, and then leave out what matters to
 * one only. So the bits are looked at. GLSL 1.00 cannot do that, but it runs on desktop OpenGL only: some drivers take
 * `x == x` for granted, others that x is above zero or not, none of those we know both.
 */
const ifNan: Readonly<Record<ShadingLanguage, string>> = {
  // gpu.js puts `fn_` before the names of functions that a kernel calls.
  wgsl: `fn fn_ifNan(x : f32, y : f32, z : f32) -> f32 {
    return select(z, y, (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u);
  }`,
  glsl300: `float ifNan(float x, float y, float z) {
    return (floatBitsToUint(x) & 0x7fffffffu) > 0x7f800000u ? y : z;
  }`,
  glsl100: 'float ifNan(float x, float y, float z) { return x == x && (x <= 0.0 || x > 0.0) ? z : y; }',
}

/** Settings all kernels share; functions only where the source calls one. */
export function kernelSettings(
  source: string,
  output: readonly [width: number, height: number],
  language: ShadingLanguage,
): KernelSettings {
  const functions = helpers.filter((helper) => source.includes(`${nameOf(helper)}(`))
  const callsNative = functions.length > 0 || source.includes('ifNan(')
  return {
    output,
    precision: 'single',
    tactic: 'precision',
    fixIntegerDivisionAccuracy: false,
    pipeline: true,
    immutable: true,
    functions,
    nativeFunctions: callsNative ? [native(language)] : [],
  }
}

function native(language: ShadingLanguage): NativeFunction {
  return {
    name: 'ifNan',
    source: ifNan[language],
    argumentTypes: { x: 'Number', y: 'Number', z: 'Number' },
    returnType: 'Number',
  }
}

function nameOf({ source }: HelperFunction): string {
  return source.slice('function '.length, source.indexOf('('))
}
