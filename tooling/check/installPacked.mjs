/**
 * Installs @unroll/cells from packed tarballs into an empty project, as a user would, and runs it there; bundles one
 * class for a browser and looks whether the rest stayed out; bundles everything for a browser.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = new URL('../..', import.meta.url).pathname
const project = mkdtempSync(join(tmpdir(), 'unroll-install-'))
try {
  for (const name of ['kernels', 'tensor', 'nn', 'cells']) {
    execFileSync('pnpm', ['pack', '--pack-destination', project], {
      cwd: join(root, 'packages', name),
      stdio: 'pipe',
    })
  }
  const tarballs = readdirSync(project).filter((file) => file.endsWith('.tgz'))
  writeFileSync(
    join(project, 'package.json'),
    JSON.stringify({ name: 'user', private: true, type: 'module' }),
  )
  execFileSync(
    'npm',
    ['install', '--offline', '--no-audit', '--no-fund', ...tarballs.map((file) => `./${file}`)],
    { cwd: project, stdio: 'pipe' },
  )

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
} finally {
  rmSync(project, { recursive: true })
}

function expect(what, got, wanted) {
  if (got === wanted) return
  throw new Error(`${what}: expected ${JSON.stringify(wanted)}, got ${JSON.stringify(got)}`)
}
