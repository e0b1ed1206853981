/// <reference types="node" />
import { readFile } from 'node:fs/promises'
import { createContext, runInContext } from 'node:vm'
import type * as Kernels from '@unroll/kernels'
import { wasmVariant } from '@unroll/kernels'
import { LSTM } from '@unroll/sequence'
import { manualSeed, randn } from '@unroll/tensor'
import { beforeAll, describe, expect, it } from 'vitest'
import { bundleOf } from './bundleOf.ts'

interface Run {
  readonly engine: string
  readonly variant: string
  readonly output: readonly number[]
}

type Program = typeof Kernels & { run(engine: Kernels.Engine): Run; runDefault(): Run }

let script = ''
let want: Run

beforeAll(async () => {
  script = await bundleOf('engines.js')
  const { program } = contextOf({ wasm: true })
  want = program.run(program.reference)
})

interface Context {
  readonly program: Program
  readonly warnings: readonly string[]
  /** Modules that were instantiated. */
  readonly instantiated: readonly unknown[]
}

/** The program in a context with nothing but JavaScript, WebAssembly and `console.warn`. */
function contextOf(codeGeneration: { readonly wasm: boolean }, before = ''): Context {
  const warnings: string[] = []
  const instantiated: unknown[] = []
  const context = createContext(
    {
      console: { warn: (text: string) => warnings.push(text) },
      seen: (module: unknown) => instantiated.push(module),
    },
    { codeGeneration },
  )
  runInContext(
    `{ const { Instance } = WebAssembly
       WebAssembly.Instance = class extends Instance { constructor(module, imports) { super(module, imports); seen(module) } } }
     ${before}\n${script}`,
    context,
  )
  return { program: context['program'], warnings, instantiated }
}

async function moduleOf(variant: Kernels.WasmVariant): Promise<WebAssembly.Module> {
  return WebAssembly.compile(
    await readFile(new URL(`../../../packages/kernels/dist/${variant}.wasm`, import.meta.url)),
  )
}

function close({ output }: Run): void {
  expect(output).toBeAllclose(want.output)
}

describe('a context with nothing but JavaScript, as an audio worklet is', () => {
  it('runs the wasm engine', () => {
    const { program, warnings } = contextOf({ wasm: true })
    const got = program.runDefault()
    expect(got.engine).toBe('wasm')
    expect(got.variant).toContain(wasmVariant())
    close(got)
    expect(warnings).toEqual([])
  })

  it('makes, draws, saves and loads models', async () => {
    const context = createContext({})
    runInContext(await bundleOf('models.js'), context)
    manualSeed(0)
    const lstm = new LSTM(3, 4)
    const want = [...lstm.forward(randn([5, 3]))[0].data]
    const { engine, text, outputs } = JSON.parse(await context['program'].run())
    expect(engine).toBe('wasm')
    expect(text).toBe('LSTM(3, 4)')
    expect(outputs).toEqual([want, want, want])
    expect(context['program'].unseeded()).not.toBe(context['program'].unseeded())
  })
})

describe('a context that may not compile WebAssembly', () => {
  it('computes with the reference engine, and warns once', () => {
    const { program, warnings } = contextOf({ wasm: false })
    expect(program.wasmVariant()).toBeNull()
    for (const got of [program.runDefault(), program.runDefault()]) {
      expect(got.engine).toBe('reference')
      expect(got.output).toEqual(want.output)
    }
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain("'wasm-unsafe-eval'")
  })

  it('says why where the wasm engine is asked for', () => {
    const { program } = contextOf({ wasm: false })
    expect(() => program.run(program.wasm)).toThrow(
      /compiling WebAssembly is forbidden here.*'wasm-unsafe-eval'/,
    )
    expect(() => program.run(program.createWasmEngine())).toThrow(/forbidden here/)
    expect(() => program.createWasmEngine('simd')).toThrow(
      /got string "simd"; it has none: compiling.*forbidden here/,
    )
  })

  it.each(['simd', 'relaxed-simd'] as const)(
    'runs a module of the %s build that it was handed',
    async (variant) => {
      const { program, warnings, instantiated } = contextOf({ wasm: false })
      const module = await moduleOf(variant)
      program.useWasmModule(module)
      const got = program.runDefault()
      expect(got.engine).toBe('wasm')
      expect(got.variant).toContain(variant)
      expect(instantiated).toEqual([module])
      expect(instantiated[0]).toBe(module)
      close(got)
      expect(program.createWasmEngine(variant).variant).toContain(variant)
      expect(warnings).toEqual([])
      program.useWasmModule(null)
      expect(program.defaultEngine().name).toBe('reference')
    },
  )
})

describe('a module handed to a context that may compile', () => {
  it('is the one that runs', async () => {
    const { program, instantiated } = contextOf({ wasm: true })
    const module = await moduleOf('simd')
    program.useWasmModule(module)
    const got = program.runDefault()
    expect(got.variant).toContain('simd')
    expect(got.variant).not.toContain('relaxed')
    expect(instantiated[0]).toBe(module)
    close(got)
  })

  it('is refused where it is none of ours', async () => {
    const { program } = contextOf({ wasm: true })
    const file = await readFile(new URL('../../../packages/kernels/dist/simd.wasm', import.meta.url))
    const empty = new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0))
    for (const other of [file, empty, {}]) {
      expect(() => program.useWasmModule(other)).toThrow(
        /expected a WebAssembly.Module of @unroll\/kernels\/simd.wasm/,
      )
    }
    const digestAt = file.byteLength - 16
    const another = Buffer.concat([file.subarray(0, digestAt), Buffer.from('0123456789abcdef')])
    expect(() => program.useWasmModule(new WebAssembly.Module(another))).toThrow(/another version/)
  })
})

describe('a context without WebAssembly', () => {
  it('computes with the reference engine, and does not warn of what nobody can change', () => {
    const { program, warnings } = contextOf({ wasm: true }, 'delete globalThis.WebAssembly')
    expect(program.runDefault().engine).toBe('reference')
    expect(() => program.run(program.wasm)).toThrow(/no WebAssembly SIMD/)
    expect(warnings).toEqual([])
  })
})
