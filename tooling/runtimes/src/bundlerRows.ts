import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { bundle, bundlers } from './bundlers.ts'
import { command } from './command.ts'
import type { Pages } from './pages.ts'
import { written } from './project.ts'
import { check, parseResult, type Result } from './result.ts'
import type { Row } from './row.ts'

/** Bundles of consumer/page.js in browsers and, where they can run there, in Node. */
export function bundlerRows(project: string, want: Result, pages: Pages): Row[] {
  return bundlers.map((bundler) => ({
    group: 'bundlers',
    name: bundler.name,
    run: async () => {
      const out = join(project, written, bundler.name)
      await bundle(bundler, project, out)
      const details: string[] = []
      if (bundler.runsInNode) {
        details.push(`Node: ${check(await runInNode(join(out, 'page.js')), want)}`)
      }
      const page = await pages.open(bundler.browser)
      const given = await page.call('run', `/files/bundles/${bundler.name}/index.html`)
      const result = parseResult(JSON.stringify(given))
      details.push(`${bundler.browser}: ${check(result, want)}, gpu: ${result.gpu}`)
      if (result.gpu !== 'webgl2' && result.gpu !== 'unavailable') throw new Error(`createGpu: ${result.gpu}`)
      return details.join(', ')
    },
  }))
}

async function runInNode(script: string): Promise<Result> {
  const program = `await import(${JSON.stringify(pathToFileURL(script).href)})
    console.log(JSON.stringify(await globalThis.result))`
  return parseResult(
    await command(process.execPath, ['--input-type=module', '--eval', program], { cwd: process.cwd() }),
  )
}
