import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const app = fileURLToPath(new URL('../', import.meta.url))

/** Files under a folder of the app that end so, by their path in it, with their text. */
export function filesOf(folder: string, ending: string): ReadonlyMap<string, string> {
  const names = readdirSync(`${app}${folder}`, { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith(ending))
    .sort()
  return new Map(names.map((name) => [name, readFileSync(`${app}${folder}/${name}`, 'utf8')]))
}
