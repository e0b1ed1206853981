/**
 * Installs @unroll/cells from packed tarballs into an empty project, as a user would, and runs it there. Bundles one class for
 * a browser, and checks that the rest was left out; then bundles everything. Installs @unroll/gpu into another project, and
 * checks what it brings along.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = new URL('../..', import.meta.url).pathname
const project = installed('kernels', 'tensor', 'nn', 'cells')
const gpuProject = installed('kernels', 'gpu')
try {
  writeFileSync(
    join(project, 'main.js'),
    `import { LSTMCell } from '@unroll/cells'
     import { ones } from '@unroll/tensor'
     const cell = new LSTMCell(10, 20)
     const [h, c] = cell.forward(ones([3, 10]))
     console.log(JSON.stringify([cell.engine.name, h.shape, c.shape]))`,
  )
  const printed = execFileSync(process.execPath, ['main.js'], { cwd: project, encoding: 'utf8' }).trim()
  expect('a cell of the installed package', printed, '["wasm",[3,20],[3,20]]')

  const { build } = await import('esbuild')
  const bundle = async (code, resolveDir = project) => {
    const { outputFiles } = await build({
      stdin: { contents: code, resolveDir },
      bundle: true,
      format: 'esm',
      minifyWhitespace: true,
      write: false,
    })
    return outputFiles[0]?.text ?? ''
  }
  const one = await bundle(`import { LSTMCell } from '@unroll/cells'; console.log(LSTMCell)`)
  for (const [name, wanted] of Object.entries({
    LSTMCell: true,
    GRUCell: false,
    Embedding: false,
    Sequential: false,
  })) {
    expect(
      `class ${name} in a bundle of LSTMCell`,
      new RegExp(`class ${name}\\b|${name} ?= ?class`).test(one),
      wanted,
    )
  }
  const nothing = await bundle(`import '@unroll/cells'`)
  expect('a bundle that imports nothing', nothing.trim(), '')

  const everything = await bundle(`export * from './dist/index.js'`, join(root, 'packages/torch'))
  expect('a bundle of everything has an LSTM', /class LSTM\b|LSTM ?= ?class/.test(everything), true)

  const { packages } = JSON.parse(readFileSync(join(gpuProject, 'node_modules/.package-lock.json'), 'utf8'))
  expect(
    'what @unroll/gpu brings',
    Object.keys(packages).join(),
    'node_modules/@unroll/gpu,node_modules/@unroll/kernels',
  )
  expect(
    'packages with install scripts',
    Object.values(packages).filter((own) => own.hasInstallScript).length,
    0,
  )
  const files = readdirSync(join(gpuProject, 'node_modules'), { recursive: true }).map((file) =>
    join(gpuProject, 'node_modules', file),
  )
  const megabytes = files.reduce((sum, file) => sum + statSync(file).size, 0) / 1e6
  expect(`${megabytes.toFixed(2)} MB installed are 3 MB at most`, megabytes <= 3, true)
  const licences = readFileSync(join(gpuProject, 'node_modules/@unroll/gpu/THIRD-PARTY-LICENSES.txt'), 'utf8')
  for (const name of ['gpu.js Team', 'acorn']) expect(`a licence of ${name}`, licences.includes(name), true)

  writeFileSync(
    join(gpuProject, 'main.js'),
    `import { createGpu } from '@unroll/gpu'
     try {
       using gpu = await createGpu()
     } catch (error) { console.log(error.name, /npm install webgpu .* npm install gl .* module.to\\(wasm\\)/.test(error.message)) }`,
  )
  expect(
    'createGpu without a GPU',
    execFileSync(process.execPath, ['main.js'], { cwd: gpuProject, encoding: 'utf8' }).trim(),
    'GpuUnavailableError true',
  )
} finally {
  for (const folder of [project, gpuProject]) rmSync(folder, { recursive: true })
}

/** A new project with these packages of ours, installed from tarballs. */
function installed(...names) {
  const folder = mkdtempSync(join(tmpdir(), 'unroll-install-'))
  for (const name of names) {
    execFileSync('pnpm', ['pack', '--pack-destination', folder], {
      cwd: join(root, 'packages', name),
      stdio: 'pipe',
    })
  }
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'user', private: true, type: 'module' }))
  const tarballs = readdirSync(folder).filter((file) => file.endsWith('.tgz'))
  execFileSync(
    'npm',
    ['install', '--offline', '--no-audit', '--no-fund', ...tarballs.map((file) => `./${file}`)],
    { cwd: folder, stdio: 'pipe' },
  )
  return folder
}

function expect(what, got, wanted) {
  if (got === wanted) return
  throw new Error(`${what}: expected ${JSON.stringify(wanted)}, got ${JSON.stringify(got)}`)
}
