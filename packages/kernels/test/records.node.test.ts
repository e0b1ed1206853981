import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { wasmVariant } from '@unroll/kernels'
import asc from 'assemblyscript/asc'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  backwardCallRecord,
  barrierBytes,
  binaryNumbers,
  blockPanels,
  cacheLineBytes,
  callRecord,
  directionRecord,
  hiddenBytes,
  modeNumbers,
  panelBytes,
  tileRows,
  unaryNumbers,
} from '../src/wasm/generated/assembly.ts'
import { WasmInstance } from '../src/wasm/instance.ts'
import { writeRecord } from '../src/wasm/record.ts'

// A second program of assembly/ looks everything up by name, so it finds what was read wrongly from the first.

const variant = wasmVariant()
const records = { Call: callRecord, Direction: directionRecord, BackwardCall: backwardCallRecord }
const enums = { Mode: modeNumbers, Unary: unaryNumbers, Binary: binaryNumbers }
const constants = { barrierBytes, blockPanels, cacheLineBytes, hiddenBytes, panelBytes, tileRows }

const source = `
  import { BackwardCall } from './assembly/backwardCall'
  import { barrierBytes } from './assembly/barrier'
  import { Call, Direction, hiddenBytes, Mode } from './assembly/call'
  import { Binary, Unary } from './assembly/elementwise'
  import { blockPanels, tileRows } from './assembly/pack'
  import { cacheLineBytes, panelBytes } from './assembly/vector'
  ${each(records, (name) => `export function bytesOf${name}(): usize { return offsetof<${name}>() }`)}
  ${each(records, (name, { places }) =>
    each(places, (field) => `export function ${name}_${field}(at: ${name}): usize { return at.${field} }`),
  )}
  ${each(enums, (name, numbers) =>
    each(numbers, (member) => `export function ${name}_${member}(): usize { return ${name}.${member} }`),
  )}
  ${each(constants, (name) => `export function ${name}_(): usize { return ${name} }`)}
`

function each<T>(entries: Readonly<Record<string, T>>, line: (name: string, value: T) => string): string {
  return Object.entries(entries)
    .map(([name, value]) => line(name, value))
    .join('\n')
}

async function compile(): Promise<Uint8Array<ArrayBuffer>> {
  const folder = fileURLToPath(new URL('..', import.meta.url))
  let binary = new Uint8Array()
  const flags = ['--outFile', 'reader.wasm', '--runtime', 'stub', '--enable', 'simd', '--importMemory']
  const { error, stderr } = await asc.main(['reader.ts', ...flags, '--use', 'abort='], {
    readFile: (name) => {
      if (name === 'reader.ts') return source
      return readFile(join(folder, name), 'utf8').catch(() => null)
    },
    writeFile: (_, contents) => {
      if (typeof contents !== 'string') binary = new Uint8Array(contents)
    },
  })
  if (error) throw new Error(stderr.toString())
  return binary
}

describe.skipIf(variant === null)('what the host knows of assembly/ (skipped without SIMD)', () => {
  const instance = new WasmInstance({ variant: variant ?? 'simd', narrow: false })
  let ask: (name: string, address?: number) => unknown

  beforeAll(async () => {
    const module = new WebAssembly.Module(await compile())
    const { exports } = new WebAssembly.Instance(module, { env: { ...instance.imports } })
    ask = (name, address = 0) => {
      const reader = exports[name]
      if (typeof reader !== 'function') throw new Error(`expected a reader ${name}`)
      return reader(address)
    }
  })

  it.each(Object.entries(records))('a %s written by the names of its fields is read so', (name, record) => {
    const fields: Readonly<Record<string, number>> = record.places
    const values = Object.fromEntries(Object.keys(fields).map((field, index) => [field, 1000 + 7 * index]))
    const address = instance.allocate(record.length * 4)
    writeRecord<string>(instance, address, record, values)
    const read = Object.keys(fields).map((field) => [field, ask(`${name}_${field}`, address)])
    expect(Object.fromEntries(read)).toEqual(values)
  })

  it.each(Object.entries(records))('a %s has no other fields', (name, { length, places }) => {
    expect(Object.keys(places)).toHaveLength(length)
    expect(ask(`bytesOf${name}`)).toBe(length * 4)
  })

  it.each(Object.entries(enums))('the numbers of %s are those of assembly/', (name, numbers) => {
    const asked = Object.keys(numbers).map((member) => [member, ask(`${name}_${member}`)])
    expect(Object.fromEntries(asked)).toEqual(numbers)
  })

  it.each(Object.entries(constants))('%s is that of assembly/', (name, value) => {
    expect(ask(`${name}_`)).toBe(value)
  })
})
