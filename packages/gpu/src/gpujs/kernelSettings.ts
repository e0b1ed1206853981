import type { HelperFunction, KernelSettings } from './types.ts'

/**
 * Functions of the kernels, as source strings like the kernels themselves: minifiers rewrite functions, and gpu.js reads
 * their text.
 *
 * The built-in tanh gives NaN from 45 or 89 on; this one saturates. Below 0.3, where the quotient cancels, stands the
 * series of tanh to x^9.
 */
const helpers: readonly HelperFunction[] = [
  `function sigm(x) {
    const e = Math.exp(-Math.abs(x));
    if (x < 0.0) { return e / (1.0 + e); }
    return 1.0 / (1.0 + e);
  }`,
  `function tanhOf(x) {
    const a = Math.abs(x);
    if (a < 0.3) {
      const s = x * x;
      return x * (1.0 + s * (-0.3333333333 + s * (0.1333333333 + s * (-0.0539682540 + s * 0.0218694885))));
    }
    const e = Math.exp(-2.0 * a);
    const t = (1.0 - e) / (1.0 + e);
    if (x < 0.0) { return -t; }
    return t;
  }`,
].map((source) => ({ source, settings: { argumentTypes: { x: 'Number' }, returnType: 'Number' } }))

/** Settings all kernels share; `functions` only where the source calls one. */
export function kernelSettings(
  source: string,
  output: readonly [width: number, height: number],
): KernelSettings {
  return {
    output,
    precision: 'single',
    tactic: 'precision',
    fixIntegerDivisionAccuracy: false,
    pipeline: true,
    immutable: true,
    functions: helpers.filter((helper) => source.includes(`${nameOf(helper)}(`)),
  }
}

function nameOf({ source }: HelperFunction): string {
  return source.slice('function '.length, source.indexOf('('))
}
