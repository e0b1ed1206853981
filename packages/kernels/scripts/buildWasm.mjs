/**
 * Compiles assembly/ twice and embeds each binary as base64 in a module, so that starting needs no awaiting.
 *
 * The binaries import a shared memory. No instruction of theirs depends on that, so one byte of the import's limits
 * makes them take a private one; its place is embedded too.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import asc from 'assemblyscript/asc'

const out = new URL('../src/wasm/generated/', import.meta.url)
const variants = { simd: ['simd'], 'relaxed-simd': ['simd', 'relaxed-simd'] }
/** `"env" "memory"`, a memory, limits with a maximum and shared. */
const memoryImport = Buffer.from('\x03env\x06memory\x02\x03', 'latin1')

await mkdir(out, { recursive: true })
for (const [variant, features] of Object.entries(variants)) {
  const files = new Map()
  const { error, stderr } = await asc.main(
    [
      'assembly/index.ts',
      '--outFile',
      'kernels.wasm',
      '--textFile',
      'kernels.wat',
      '--enable',
      [...features, 'threads'].join(','),
      '--runtime',
      'minimal',
      '--optimizeLevel',
      '3',
      '--shrinkLevel',
      '0',
      '--noAssert',
      '--importMemory',
      '--sharedMemory',
      '--initialMemory',
      '2',
      '--maximumMemory',
      '65536',
      '--use',
      'abort=',
    ],
    {
      baseDir: new URL('..', import.meta.url).pathname,
      writeFile: (name, data) => void files.set(name, data),
    },
  )
  if (error) {
    console.error(stderr.toString())
    throw error
  }
  const binary = Buffer.from(files.get('kernels.wasm'))
  const at = binary.indexOf(memoryImport)
  if (at < 0 || binary.indexOf(memoryImport, at + 1) >= 0)
    throw new Error(`${variant}: expected one memory import`)
  const source = [
    `/** The ${variant} build of assembly/, base64. Made by scripts/buildWasm.mjs. */`,
    `export const binary: string = '${binary.toString('base64')}'`,
    `/** Place of the byte that is 3 for a shared memory, 1 for a private one. */`,
    `export const sharedFlag = ${at + memoryImport.length - 1}`,
    '',
  ].join('\n')
  await writeFile(new URL(`${variant}.ts`, out), source)
  if (process.argv.includes('--wat'))
    await writeFile(new URL(`${variant}.wat`, out), files.get('kernels.wat'))
  console.log(`${variant}: ${binary.length} bytes`)
}
