/** Compiles assembly/ twice and embeds each binary as base64 in a module, so that starting needs no awaiting. */
import { mkdir, writeFile } from 'node:fs/promises'
import asc from 'assemblyscript/asc'

const out = new URL('../src/wasm/generated/', import.meta.url)
const variants = { simd: ['simd'], 'relaxed-simd': ['simd', 'relaxed-simd'] }

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
      features.join(','),
      '--runtime',
      'minimal',
      '--optimizeLevel',
      '3',
      '--shrinkLevel',
      '0',
      '--noAssert',
      '--initialMemory',
      '2',
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
  const source = `/** The ${variant} build of assembly/, base64. Made by scripts/buildWasm.mjs. */\nexport const binary: string =\n  '${binary.toString('base64')}'\n`
  await writeFile(new URL(`${variant}.ts`, out), source)
  if (process.argv.includes('--wat'))
    await writeFile(new URL(`${variant}.wat`, out), files.get('kernels.wat'))
  console.log(`${variant}: ${binary.length} bytes`)
}
