import { parseArgs } from 'node:util'
import { CheckpointError } from '../errors.ts'
import { convertCommand } from './convertCommand.ts'
import { diffCommand } from './diffCommand.ts'
import { inspectCommand } from './inspectCommand.ts'
import { plain } from './table.ts'
import { OutputError, type Terminal, UsageError } from './terminal.ts'

const usage = `Usage: unroll-weights COMMAND [OPTIONS]

  inspect FILE     names, dtypes, shapes, sizes, sharing, metadata, recurrent modules,
                   what the pickle refers to, and whether it is safe; reads no tensor
  convert IN OUT   writes the state dict of IN as OUT (.pt, .pth or .safetensors),
                   whole or not at all
  diff A B         compares two state dicts, bit by bit

  --json           every command: the result as JSON, for programs
  --dtype TYPE     convert: float32 or float64, exactly
  --force          convert: replaces OUT if it is there
  -h, --help       this text
  -V, --version    the version of @unroll/weights

A file is a path or URL of what torch.save or torch.jit.save wrote (any version), of safetensors
(also its index.json), npy or npz. Nothing in it is executed.

Results go to stdout, errors and progress to stderr.
Exit code: 0; 1 if files differ, one is refused or dangerous, or the result cannot be written;
2 for wrong use.`

/**
 * Runs the command line.
 * @param args without node and the script
 * @returns the exit code
 */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    return await dispatch(args, terminal)
  } catch (error) {
    terminal.progress?.('')
    if (error instanceof UsageError) {
      terminal.err(plain(error.message))
      terminal.err('See unroll-weights --help')
      return 2
    }
    if (error instanceof CheckpointError) {
      terminal.err(plain(`${error.name}: ${error.message}`))
      return 1
    }
    if (error instanceof OutputError) {
      terminal.err(plain(error.message))
      return 1
    }
    throw error
  }
}

async function dispatch(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parse(args)
  const [command, ...files] = positionals
  if (values.help) {
    terminal.out(usage)
    return 0
  }
  if (values.version) {
    terminal.out(terminal.version)
    return 0
  }
  const { json, force, dtype } = values
  if (dtype !== undefined && dtype !== 'float32' && dtype !== 'float64') {
    throw new UsageError(`expected --dtype float32 or float64, got ${dtype}`)
  }
  const [first, second, ...more] = files
  if (command === 'inspect' && first !== undefined && second === undefined) {
    return inspectCommand(first, json, terminal)
  }
  const two = first !== undefined && second !== undefined && more.length === 0
  if (command === 'convert' && two) return convertCommand(first, second, { json, force, dtype }, terminal)
  if (command === 'diff' && two) return diffCommand(first, second, json, terminal)
  throw new UsageError(
    command === undefined
      ? 'expected a command: inspect, convert or diff'
      : `expected inspect FILE, convert IN OUT or diff A B, got ${command} with ${files.length} files`,
  )
}

/** The options of the command line. */
export const options = {
  json: { type: 'boolean', default: false },
  force: { type: 'boolean', default: false },
  dtype: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
  version: { type: 'boolean', short: 'V', default: false },
} as const

interface Arguments {
  readonly values: {
    readonly json: boolean
    readonly force: boolean
    readonly dtype?: string | undefined
    readonly help: boolean
    readonly version: boolean
  }
  readonly positionals: readonly string[]
}

function parse(args: readonly string[]): Arguments {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options })
  } catch (error) {
    throw error instanceof TypeError ? new UsageError(error.message) : error
  }
}
