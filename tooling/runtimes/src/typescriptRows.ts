import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { command } from './command.ts'
import { peerFile, peerTypes } from './peers.ts'
import { written } from './project.ts'
import type { Row } from './row.ts'

const versions = ['5.4', '5.5', '5.6', '5.9', '7.0']

/** Users' settings of `lib` and module resolution. None has `esnext.disposable`. */
const settings = [
  { name: 'DOM', lib: ['es2022', 'dom'], types: [], module: 'esnext', moduleResolution: 'bundler' },
  { name: 'Node', lib: ['es2022'], types: ['node'], module: 'nodenext', moduleResolution: 'nodenext' },
] as const

/** consumer/types.ts, compiled strictly, the declarations of the packages included. */
export function typescriptRows(project: string): Row[] {
  return versions.map((version) => ({
    group: 'types',
    name: `TypeScript ${version}`,
    run: async () => {
      const compiler = peerFile(`typescript${version}`, 'bin/tsc')
      const out = join(project, written, `types ${version}`)
      await mkdir(out, { recursive: true })
      for (const { name, ...setting } of settings) {
        const file = join(out, `tsconfig.${name}.json`)
        const compilerOptions = {
          ...setting,
          target: 'es2022',
          typeRoots: [peerTypes],
          strict: true,
          skipLibCheck: false,
          noEmit: true,
        }
        await writeFile(file, JSON.stringify({ compilerOptions, files: [join(project, 'types.ts')] }))
        await command(process.execPath, [compiler, '-p', file], { cwd: project })
      }
      return settings.map(({ name }) => name).join(', ')
    },
  }))
}
