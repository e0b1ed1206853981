/**
 * Bundles what this package uses of gpu.js into one ES module, beside the licences of all that is in it.
 *
 * gpu.js is CommonJS, and installing it brings 90 MB and a native build. Of its backends only those on the GPU go in: the
 * others would take over where a kernel does not compile, and they evaluate strings. What Node lacks, headless-gl and
 * navigator.gpu, is given to it by src/gpujs/providePeer.ts.
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { build } from 'esbuild'

const root = new URL('..', import.meta.url).pathname
const out = join(root, 'src/gpujs/generated')

/** What takes the place of modules that are left out, by the ends of their paths. */
const replaced = {
  // Where a kernel does not compile, gpu.js would compute it here.
  'backend/cpu/kernel': `exports.CPUKernel = class {
    constructor() { throw new Error('this kernel cannot be compiled for the GPU') }
  }`,
  'backend/web-assembly/kernel':
    'exports.WebAssemblyKernel = { isSupported: false, isContextMatch: () => false }',
  // Kernels of a pipeline that is not fused run one by one; src/webgpu/plan.ts refuses that.
  'backend/web-assembly/pipeline-executor': `exports.FusionFallback = class extends Error {
    isFusionFallback = true
    constructor(reason, recompilable = false) { super(reason); this.recompilable = recompilable }
  }
  exports.WebAssemblyPipelineExecutor = { compile() { throw new Error('it is not on WebGPU') } }`,
  // Kernels written out as programs.
  'backend/gl/kernel-string': '',
  'gpu-mock.js': '',
  gl: `let create = null
  module.exports = (...args) => create && create(...args)
  module.exports.provide = (found) => { create = found }`,
  // In the place of the global.
  navigator: `let provided = null
  export const navigator = { get gpu() { return provided ?? globalThis.navigator?.gpu } }
  export function provideWebGpu(gpu) { provided = gpu }`,
}

const { outputFiles, metafile } = await build({
  stdin: {
    contents: `
      export { GPU } from 'gpu.js/src/gpu.js'
      export { Input } from 'gpu.js/src/input.js'
      export { HeadlessGLKernel } from 'gpu.js/src/backend/headless-gl/kernel.js'
      export { WebGPUContext } from 'gpu.js/src/backend/web-gpu/context.js'
      export { provide as provideGl } from 'gl'
      export { provideWebGpu } from 'navigator'
    `,
    resolveDir: root,
  },
  bundle: true,
  format: 'esm',
  target: 'es2022',
  mainFields: ['main'],
  inject: ['navigator'],
  minify: true,
  legalComments: 'none',
  metafile: true,
  write: false,
  plugins: [
    {
      name: 'leave out',
      setup({ onResolve, onLoad }) {
        const names = Object.keys(replaced)
        onResolve({ filter: /./ }, ({ path, importer }) => {
          const full = path.startsWith('.') ? join(dirname(importer), path) : path
          const name = names.find((own) => full === own || full.endsWith(`/gpu.js/src/${own}`))
          return name === undefined ? undefined : { path: name, namespace: 'replaced' }
        })
        onLoad({ filter: /./, namespace: 'replaced' }, ({ path }) => ({ contents: replaced[path] }))
      },
    },
  ],
})
const code = outputFiles[0].text

const inputs = Object.keys(metafile.inputs)
for (const name of Object.keys(replaced)) {
  if (!inputs.includes(`replaced:${name}`))
    throw new Error(`bundleGpuJs: gpu.js does not load ${name} any more`)
}
if (/\beval\(|\bFunction\(/.test(code)) throw new Error('bundleGpuJs: the bundle evaluates strings')

const licences = []
for (const name of new Set(
  inputs.flatMap((path) => path.match(/.*node_modules\/((?:@[^/]+\/)?[^/]+)\//)?.[1] ?? []),
)) {
  const from = createRequire(
    name === 'gpu.js' ? join(root, 'index.js') : createRequire(root).resolve('gpu.js'),
  )
  const manifest = from.resolve(`${name}/package.json`)
  const { version, license } = JSON.parse(await readFile(manifest, 'utf8'))
  const text = await readFile(join(dirname(manifest), 'LICENSE'), 'utf8')
  licences.push(`${name} ${version} (${license})\n\n${text.trim()}`)
}
const notice = `This package contains parts of\n\n${licences.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`

await rm(out, { recursive: true, force: true })
await mkdir(out, { recursive: true })
await writeFile(join(out, 'gpuJs.js'), `/*!\n${notice}*/\n${code}`)
await writeFile(
  join(out, 'gpuJs.d.ts'),
  '/** See src/gpujs/types.ts. */\nexport declare const GPU: unknown\n',
)
await writeFile(join(root, 'THIRD-PARTY-LICENSES.txt'), notice)
