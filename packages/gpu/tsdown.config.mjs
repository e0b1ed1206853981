import { defineConfig } from 'tsdown'

export default defineConfig({
  entry: 'src/index.ts',
  format: 'esm',
  platform: 'neutral',
  target: 'es2022',
  dts: true,
  sourcemap: true,
  plugins: [
    {
      name: 'gpu.js',
      // It is minified and bears its licences: a file of its own, as it is.
      resolveId: (id) => (id.endsWith('/generated/gpuJs.js') ? { id: './gpuJs.js', external: true } : null),
    },
  ],
  copy: ['src/gpujs/generated/gpuJs.js'],
})
