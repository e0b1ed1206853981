import { cp, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { command } from './command.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const consumer = fileURLToPath(new URL('../consumer', import.meta.url))
const checkpoint = join(root, 'packages/weights/test/fixtures/lstm-protocol2.pt')

/** What rows write below; the rest of a project is the same for all of them. */
export const written = 'out'

/** A user's project: the packed packages, installed, and the programs of `consumer/`. Rows run side by side in it. */
export async function makeProject(): Promise<string> {
  const project = await mkdtemp(join(tmpdir(), 'unroll-runtimes-'))
  const packages = await publishable()
  for (const name of packages) {
    await command('pnpm', ['pack', '--pack-destination', project], { cwd: join(root, 'packages', name) })
  }
  await cp(consumer, project, { recursive: true })
  const bytes = await readFile(checkpoint)
  await writeFile(join(project, 'lstm.pt'), bytes)
  await writeFile(
    join(project, 'checkpoint.js'),
    `/** What PyTorch saved of an LSTM(3, 4, num_layers=2, bidirectional=True). */\nexport const checkpoint = Uint8Array.of(${bytes.join()})\n`,
  )
  await writeFile(
    join(project, 'package.json'),
    JSON.stringify({ name: 'consumer', private: true, type: 'module' }),
  )
  const tarballs = (await readdir(project)).filter((file) => file.endsWith('.tgz'))
  await command(
    'npm',
    [
      'install',
      '--offline',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      ...tarballs.map((file) => `./${file}`),
    ],
    { cwd: project },
  )
  await cp(join(project, 'node_modules/@unroll/tensor/dist'), join(project, 'another-copy'), {
    recursive: true,
  })
  return project
}

/** Folders of the packages that users install. */
async function publishable(): Promise<string[]> {
  const names = await readdir(join(root, 'packages'))
  const manifests = await Promise.all(
    names.map(async (name) =>
      JSON.parse(await readFile(join(root, 'packages', name, 'package.json'), 'utf8')),
    ),
  )
  return names.filter((_, index) => manifests[index].private !== true)
}
