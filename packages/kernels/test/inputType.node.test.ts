import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const run = promisify(execFile)

const program = `
  import { getNumThreads, setNumThreads } from '@unroll/kernels'
  await setNumThreads(2)
  console.log(getNumThreads())
`

// Workers inherit the flag, and then run their text as a module.
it.each([
  ['module', []],
  ['module', ['--frozen-intrinsics']],
])(
  'threads start under --input-type=%s %s',
  async (type, flags) => {
    const { stdout } = await run(process.execPath, [...flags, `--input-type=${type}`, '--eval', program], {
      cwd: new URL('../../sequence', import.meta.url),
    })
    expect(stdout.trim()).toBe('2')
  },
  60_000,
)

it('threads start in a CommonJS program', async () => {
  const commonJs = `import('@unroll/kernels').then(async ({ getNumThreads, setNumThreads }) => {
    await setNumThreads(2)
    console.log(getNumThreads())
  })`
  const { stdout } = await run(process.execPath, ['--input-type=commonjs', '--eval', commonJs], {
    cwd: new URL('../../sequence', import.meta.url),
  })
  expect(stdout.trim()).toBe('2')
})
