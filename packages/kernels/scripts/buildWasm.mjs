/**
 * Compiles assembly/ and embeds the binaries as text in modules, so that starting needs no awaiting: see embedBuilds.mjs. Each program is
 * compiled for runtimes with relaxed SIMD and for those without. `index` becomes builds.ts; `inference`, which has no way back, becomes
 * inferenceBuilds.ts.
 * What src/wasm must know of the records, numbers and functions in there becomes another module: see hostSource.mjs.
 *
 * The binaries import a shared memory. No instruction of theirs depends on that, so one byte of the import's limits
 * makes them take a private one; its place is embedded too.
 *
 * Beside that the whole builds become plain files with private memory, for runtimes that compile only what is imported. A
 * custom section of theirs names the build, and a digest of all, so that code and file of different versions do not meet.
 */
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import asc from 'assemblyscript/asc'
import { embedBuilds } from './embedBuilds.mjs'
import { hostSource } from './hostSource.mjs'

const out = new URL('../src/wasm/generated/', import.meta.url)
/** What is compiled, and what it becomes. */
const programs = { index: 'builds.ts', inference: 'inferenceBuilds.ts' }
const variants = { simd: ['simd'], 'relaxed-simd': ['simd', 'relaxed-simd'] }
/** Pages of the memory. As many as `maximum` are the 4 GiB that an address can reach. */
const memoryPages = { initial: 2, maximum: 65536 }
/** The custom section that holds a build's name and the digest. */
const section = 'unroll'
/** `"env" "memory"`, a memory, limits with a maximum and shared. */
const memoryImport = Buffer.from('\x03env\x06memory\x02\x03', 'latin1')

/** Writes what src/wasm must know, once a program is compiled. All that exist have the same records and numbers. */
class WriteHostSource {
  afterCompile(module) {
    writeFileSync(new URL('assembly.ts', out), hostSource(this.program, this.binaryen, module))
  }
}

await rm(out, { recursive: true, force: true })
await mkdir(out, { recursive: true })
const compiled = {}
for (const program of Object.keys(programs)) {
  compiled[program] = {}
  for (const [variant, features] of Object.entries(variants)) {
    compiled[program][variant] = await compile(program, variant, features)
  }
}
const digest = createHash('sha256')
  .update(Buffer.concat(Object.values(compiled).flatMap(Object.values)))
  .digest('hex')
  .slice(0, 16)

for (const [variant, binary] of Object.entries(compiled.index)) {
  const plain = Buffer.concat([binary, customSection(section, `${variant} ${digest}`)])
  plain[sharedFlag(binary)] = 1
  await writeFile(new URL(`${variant}.wasm`, out), plain)
}
for (const [program, file] of Object.entries(programs)) {
  await writeFile(new URL(file, out), embedded(compiled[program]))
}

/** The binary of assembly/`program`.ts. */
async function compile(program, variant, features) {
  const files = new Map()
  const { error, stderr } = await asc.main(
    [
      `assembly/${program}.ts`,
      '--outFile',
      'kernels.wasm',
      '--textFile',
      'kernels.wat',
      '--enable',
      [...features, 'threads'].join(','),
      // Nothing is allocated in there: the host hands out the memory.
      '--runtime',
      'stub',
      '--optimizeLevel',
      '3',
      '--shrinkLevel',
      '0',
      '--converge',
      '--noAssert',
      // So that alike functions of the builds, and of the element types, are neighbours.
      '--runPasses',
      'reorder-functions-by-name',
      '--importMemory',
      '--sharedMemory',
      '--initialMemory',
      `${memoryPages.initial}`,
      '--maximumMemory',
      `${memoryPages.maximum}`,
      '--use',
      'abort=',
    ],
    {
      baseDir: new URL('..', import.meta.url).pathname,
      writeFile: (name, data) => void files.set(name, data),
      transforms: program === 'index' ? [WriteHostSource] : [],
    },
  )
  if (error) {
    console.error(stderr.toString())
    throw error
  }
  if (process.argv.includes('--wat')) {
    await writeFile(new URL(`${program}.${variant}.wat`, out), files.get('kernels.wat'))
  }
  const binary = Buffer.from(files.get('kernels.wasm'))
  console.log(`${program}, ${variant}: ${binary.length} bytes`)
  return binary
}

/** The place of the byte that is 3 for a shared memory. */
function sharedFlag(binary) {
  const at = binary.indexOf(memoryImport)
  if (at < 0 || binary.indexOf(memoryImport, at + 1) >= 0) throw new Error('expected one memory import')
  return at + memoryImport.length - 1
}

/** The module that embeds both variants of a program. */
function embedded({ simd, 'relaxed-simd': relaxedSimd }) {
  const { characters, frequent, first, edits } = embedBuilds(...cutAlike(simd, relaxedSimd))
  const sharedFlags = { simd: sharedFlag(simd), 'relaxed-simd': sharedFlag(relaxedSimd) }
  return [
    '/** Both variants of assembly/ as text. Made by scripts/buildWasm.mjs; scripts/embedBuilds.mjs describes it. */',
    `export const characters = '${characters}'`,
    '/** The bytes that they stand for. */',
    `export const frequent: readonly number[] = ${JSON.stringify(frequent)}`,
    `export const simd =\n  '${first}'`,
    '/** What makes it the other build. */',
    `export const relaxedSimdEdits =\n  '${edits}'`,
    '/** Places of the bytes that are 3 for a shared memory, 1 for a private one. */',
    `export const sharedFlags = ${JSON.stringify(sharedFlags)} as const`,
    '/** The digest of all builds, as in the section of the .wasm files. */',
    `export const digest = '${digest}'`,
    '/** The name of that section. */',
    `export const section = '${section}'`,
    '/** Pages of the memory that the builds import. */',
    `export const memoryPages = ${JSON.stringify(memoryPages)} as const`,
    '',
  ].join('\n')
}

/** A section that engines leave alone. Its name and text are ASCII, of less than 127 characters in all. */
function customSection(name, text) {
  return Buffer.concat([
    Buffer.from([0, 1 + name.length + text.length, name.length]),
    Buffer.from(name + text),
  ])
}

/** Both binaries in as many parts: a function each, and what stands before the first and behind the last. */
function cutAlike(...binaries) {
  const cuts = binaries.map((binary) => [0, ...functionEnds(binary)])
  const count = Math.min(...cuts.map((places) => places.length))
  return binaries.map((binary, build) =>
    Array.from({ length: count }, (_, index) =>
      binary.subarray(cuts[build][index], index === count - 1 ? undefined : cuts[build][index + 1]),
    ),
  )
}

/** Where the functions of a WebAssembly binary end, in bytes from its start. */
function functionEnds(binary) {
  const codeSection = 10
  let at = 8
  const number = () => {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = binary[at++]
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
  }
  while (binary[at++] !== codeSection) {
    const bytes = number()
    at += bytes
  }
  number()
  return Array.from({ length: number() }, () => {
    const bytes = number()
    at += bytes
    return at
  })
}
