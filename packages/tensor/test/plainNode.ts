/// <reference types="node" />
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** Runs a script of this folder in plain Node, on the build and without Vitest. Returns what it printed. */
export async function runPlain(script: string, ...flags: string[]): Promise<string> {
  const path = fileURLToPath(new URL(script, import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, path])
  return stdout
}
