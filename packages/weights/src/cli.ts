#!/usr/bin/env node
import { createRequire } from 'node:module'
import process from 'node:process'
import { runCli } from './cli/runCli.ts'
import { codeOf, systemErrorText } from './source/systemError.ts'

const { stdout, stderr } = process
const { version }: { version: string } = createRequire(import.meta.url)('../package.json')
/** Carriage return, and the escape that clears the rest of the line. */
const lineStart = '\r\x1b[K'

/** It is an error if stdout cannot be written, unless its reader has seen enough and left, as `| head` does. */
let failed = false
function outFailed(error: unknown): void {
  if (failed || codeOf(error) === 'EPIPE' || codeOf(error) === 'EOF') return
  failed = true
  process.exitCode = 1
  const text = systemErrorText(error) ?? String(error)
  stderr.write(`cannot write the result: ${text}\n`)
}

stdout.on('error', outFailed)
stderr.on('error', () => undefined)

const code = await runCli(process.argv.slice(2), {
  out(line) {
    try {
      stdout.write(`${line}\n`)
    } catch (error) {
      // Node 20 throws if it cannot write to a file.
      outFailed(error)
    }
  },
  err: (line) => stderr.write(`${line}\n`),
  progress: stderr.isTTY ? (line) => stderr.write(lineStart + line) : null,
  version,
})
if (!failed) process.exitCode = code
