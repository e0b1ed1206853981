#!/usr/bin/env node
import process from 'node:process'
import { runCli } from './cli/runCli.ts'

const { stdout, stderr } = process
/** Carriage return, and the escape that clears the rest of the line. */
const lineStart = '\r\x1b[K'

process.exitCode = await runCli(process.argv.slice(2), {
  out: (line) => stdout.write(`${line}\n`),
  err: (line) => stderr.write(`${line}\n`),
  progress: stderr.isTTY ? (line) => stderr.write(lineStart + line) : null,
})
