import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ones, zeros } from '@unroll/tensor'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import packageJson from '../package.json' with { type: 'json' }
import { loadWeights, savePt } from '../src/index.ts'

// The program as it is run from a shell: only processes meet closed pipes, full disks and signals.

/** Programs of the system, not of packages. */
const mounting = { on: 'mount', off: 'umount' }
const folder = mkdtempSync(join(tmpdir(), 'unroll-weights-'))
const disk = tinyDisk()
afterAll(() => {
  if (disk !== null) execFileSync(mounting.off, [disk])
  rmSync(folder, { recursive: true })
})

const cli = fileURLToPath(new URL('../src/cli.ts', import.meta.url))
const readsTypeScript = process.features.typescript !== false && process.features.typescript !== undefined
/** Read and compiled once, not by every process. */
const env = { ...process.env, NODE_COMPILE_CACHE: join(folder, 'cache') }
const posix = process.platform !== 'win32'

const small = join(folder, 'small.pt')
const other = join(folder, 'other.pt')
const many = join(folder, 'many.pt')
writeFileSync(small, savePt(new Map([['w', ones([4])]])))
writeFileSync(other, savePt(new Map([['w', zeros([4])]])))
/** A checkpoint whose table does not fit into a pipe. */
writeFileSync(many, savePt(new Map(Array.from({ length: 3000 }, (_, i) => [`layer${i}.weight`, ones([1])]))))

interface Outcome {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** Runs the program. `start` may act on the process first. */
async function run(
  args: readonly string[],
  start: (child: ChildProcess) => void = () => undefined,
): Promise<Outcome> {
  const child = spawn(process.execPath, [cli, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let [out, err] = ['', '']
  child.stdout.on('data', (chunk) => {
    out += chunk
  })
  child.stderr.on('data', (chunk) => {
    err += chunk
  })
  start(child)
  const code = await new Promise<number | null>((done) => child.on('close', done))
  return { code, out, err }
}

/** Runs a shell command, in which `"$0" "$@"` is the program. */
function shell(line: string, ...args: readonly string[]): Outcome {
  const { status, stdout, stderr } = spawnSync('sh', ['-c', line, process.execPath, cli, ...args], {
    encoding: 'utf8',
    env,
  })
  return { code: status, out: stdout, err: stderr }
}

/** A disk of 64 kB in memory; null if this user may not mount one. */
function tinyDisk(): string | null {
  const place = join(folder, 'disk')
  mkdirSync(place)
  const { status } = spawnSync(mounting.on, ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', place])
  return status === 0 ? place : null
}

describe.skipIf(!readsTypeScript)(
  'the program (skipped before Node 22.18, which reads no TypeScript)',
  () => {
    const commands: readonly [string, number, readonly string[]][] = [
      ['inspect', 0, ['inspect', many]],
      ['inspect --json', 0, ['inspect', '--json', many]],
      ['convert', 0, ['convert', '--force', many, join(folder, 'converted.safetensors')]],
      ['convert --json', 0, ['convert', '--json', '--force', many, join(folder, 'converted.safetensors')]],
      ['diff of equal files', 0, ['diff', many, many]],
      ['diff of others', 1, ['diff', small, many]],
      ['diff --json', 1, ['diff', '--json', small, many]],
      ['--help', 0, ['--help']],
      ['--version', 0, ['--version']],
      ['wrong use', 2, ['frobnicate']],
    ]

    it.each(commands)('%s does what it does, quietly, if nobody reads its stdout', async (_, code, args) => {
      const closed = await run(args, (child) => child.stdout?.destroy())
      expect(closed).toMatchObject({ code, out: '' })
      expect(closed.err).toBe(code === 2 ? (await run(args)).err : '')
      if (args[0] === 'convert')
        expect((await loadWeights(join(folder, 'converted.safetensors'))).size).toBe(3000)
    })

    it.skipIf(!posix)('inspect FILE | head shows the first lines and no error', () => {
      expect(shell('"$0" "$@" | head -n 1', 'inspect', many)).toMatchObject({
        code: 0,
        out: expect.stringMatching(/many\.pt: zip, .*\n$/),
        err: '',
      })
      const status = shell('{ "$0" "$@"; echo $? >&2; } | head -n 1', 'inspect', many)
      expect(status.err).toBe('0\n')
    })

    it.skipIf(!existsSync('/dev/full'))('says so if its stdout is full', () => {
      expect(shell('"$0" "$@" > /dev/full', 'inspect', many)).toEqual({
        code: 1,
        out: '',
        err: 'cannot write the result: ENOSPC: no space left on the disk; delete something, or name another disk\n',
      })
    })

    it.each(['--version', '-V'])('%s prints the version of the package', async (option) => {
      expect(await run([option])).toEqual({ code: 0, out: `${packageJson.version}\n`, err: '' })
    })

    const missing = join(folder, 'missing.pt')
    it.each([
      [
        'a file that is not there',
        ['inspect', missing],
        1,
        /^UnreadableSourceError: .*missing\.pt: cannot be opened: ENOENT: no such file or folder; check the path\n$/,
      ],
      [
        'a name that is too long',
        ['inspect', 'x'.repeat(300)],
        1,
        /cannot be opened: ENAMETOOLONG: the name is too long; shorten it\n$/,
      ],
      [
        'a path through a file',
        ['diff', small, join(small, 'x.pt')],
        1,
        /cannot be opened: ENOTDIR: a part of the path is a file, no folder; check the path\n$/,
      ],
      [
        'a folder that is not there',
        ['convert', small, join(folder, 'no', 'x.pt')],
        1,
        /^cannot write .*x\.pt: ENOENT: no such file or folder; check the path\n$/,
      ],
      [
        'a folder',
        ['convert', '--force', small, join(folder, 'folder.pt')],
        2,
        /^cannot write .*folder\.pt: it is a folder; name a file in it\nSee/,
      ],
      [
        'a file that is there',
        ['convert', small, other],
        2,
        /^cannot write .*other\.pt: it exists; --force replaces it\nSee/,
      ],
    ])('%s is an error in one line', async (_, args, code, message) => {
      mkdirSync(join(folder, 'folder.pt'), { recursive: true })
      const outcome = await run(args)
      expect(outcome).toMatchObject({ code, out: '' })
      expect(outcome.err).toMatch(message)
    })

    describe('convert', () => {
      const place = join(folder, 'place')
      const target = join(place, 'model.pt')
      beforeAll(() => mkdirSync(place))

      /** Checks that the old file is whole, and nothing else is there, whatever went wrong. */
      function expectOld(where = place): void {
        expect(readdirSync(where)).toEqual(['model.pt'])
        expect(readFileSync(join(where, 'model.pt')).equals(readFileSync(small))).toBe(true)
      }

      it.skipIf(disk === null)(
        'onto a full disk leaves the old file (skipped where no tmpfs can be mounted)',
        async () => {
          const where = disk ?? ''
          const onDisk = join(where, 'model.pt')
          writeFileSync(onDisk, readFileSync(small))
          const outcome = await run(['convert', '--force', many, onDisk])
          expect(outcome).toEqual({
            code: 1,
            out: '',
            err: `cannot write ${onDisk}: ENOSPC: no space left on the disk; delete something, or name another disk\n`,
          })
          expectOld(where)
          const another = join(where, 'another.pt')
          expect((await run(['convert', many, another])).code).toBe(1)
          expectOld(where)
        },
      )

      it.skipIf(!posix)('beyond the size that files may have leaves the old file', () => {
        writeFileSync(target, readFileSync(small))
        const outcome = shell('ulimit -f 8; "$0" "$@"', 'convert', '--force', many, target)
        expect(outcome).toEqual({
          code: 1,
          out: '',
          err: `cannot write ${target}: EFBIG: larger than a file may be here; raise the limit (ulimit -f), or name another disk\n`,
        })
        expectOld()
      })

      it.skipIf(!existsSync('/dev/full'))('into a device that is full says so', async () => {
        const link = join(folder, 'device.pt')
        symlinkSync('/dev/full', link)
        expect(await run(['convert', '--force', small, link])).toMatchObject({
          code: 1,
          err: `cannot write ${link}: ENOSPC: no space left on the disk; delete something, or name another disk\n`,
        })
        expect(lstatSync(link).isSymbolicLink()).toBe(true)
      })

      it.skipIf(!posix).each(['SIGINT', 'SIGTERM', 'SIGHUP'])(
        'that %s ends leaves the old file',
        async (signal) => {
          writeFileSync(target, readFileSync(small))
          // It writes 200 MB half a megabyte at a time, so the signal comes while the temporary file grows.
          const script = `
        import { readdirSync } from 'node:fs'
        import { replaceFile } from ${JSON.stringify(new URL('../src/cli/replaceFile.ts', import.meta.url).href)}
        replaceFile(${JSON.stringify(target)}, new Uint8Array(2e8), true)
        const look = () => {
          if (readdirSync(${JSON.stringify(place)}).length > 1) process.kill(process.pid, '${signal}')
          else setImmediate(look)
        }
        look()`
          const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'inherit' })
          const ended = await new Promise((done) => child.on('close', (_, by) => done(by)))
          expect(ended).toBe(signal)
          expectOld()
        },
      )
    })
  },
)
