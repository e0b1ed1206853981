import { fileURLToPath } from 'node:url'
import { defineConfig } from 'tsdown'

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url))

const shared = {
  entry: ['src/index.ts', 'src/checks/index.ts', 'src/spec/index.ts'],
  hash: false,
  format: 'esm',
  platform: 'neutral',
  target: 'es2022',
  sourcemap: true,
}

/** What builds for inference have in the place of other modules: package.json gives them to those who ask for `unroll-inference`. */
const forInference = new Map([
  [path('src/training.ts'), path('src/trainingLeftOut.ts')],
  [path('src/wasm/generated/builds.ts'), path('src/wasm/generated/inferenceBuilds.ts')],
])

export default defineConfig([
  {
    ...shared,
    dts: true,
    copy: ['src/wasm/generated/simd.wasm', 'src/wasm/generated/relaxed-simd.wasm', 'src/wasm/module.d.ts'],
  },
  {
    ...shared,
    outDir: 'dist/inference',
    dts: false,
    plugins: [
      {
        name: 'for inference',
        async resolveId(id, importer, options) {
          const found = await this.resolve(id, importer, { ...options, skipSelf: true })
          return found && (forInference.get(found.id) ?? found)
        },
      },
    ],
  },
])
