import type { HelperFunction, KernelSettings, NativeFunction } from './types.ts'

/** The language that gpu.js translates a kernel to: WGSL on WebGPU, GLSL 3.00 on WebGL 2, GLSL 1.00 on headless-gl. */
export type ShadingLanguage = 'wgsl' | 'glsl300' | 'glsl100'

/**
 * Functions that kernels call. They are source strings, like the kernels, because gpu.js reads the text of functions and
 * minifiers rewrite it.
 *
 * The built-in tanh gives NaN for arguments above 45 or 89; this one gives 1. Below 0.3 the quotient would lose digits,
 * so the series of tanh up to x^9 is used. All functions give NaN for NaN, which built-in ones need not do.
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
 * `ifNan(x, y, z)` is y if x is NaN, else z. Compilers may assume that no number is NaN and drop such a test, so this one looks
 * at the bits. GLSL 1.00 has no access to bits. It runs on desktop OpenGL only, where some drivers replace `x == x` by
 * true and others `x <= 0 || x > 0`; no driver that we know replaces both.
 */
const ifNan: Readonly<Record<ShadingLanguage, string>> = {
  // In WGSL, gpu.js adds `fn_` to the names of functions that a kernel calls.
  wgsl: `fn fn_ifNan(x : f32, y : f32, z : f32) -> f32 {
    return select(z, y, (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u);
  }`,
  glsl300: `float ifNan(float x, float y, float z) {
    return (floatBitsToUint(x) & 0x7fffffffu) > 0x7f800000u ? y : z;
  }`,
  glsl100: 'float ifNan(float x, float y, float z) { return x == x && (x <= 0.0 || x > 0.0) ? z : y; }',
}

/** The settings of all kernels; the functions are only those that the source calls. */
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
