import { parseArgs } from 'node:util'
import { CheckpointError } from '../errors.ts'
import { convertCommand } from './convertCommand.ts'
import { diffCommand } from './diffCommand.ts'
import { inspectCommand } from './inspectCommand.ts'
import { plain } from './table.ts'
import { type Terminal, UsageError } from './terminal.ts'

const usage = `Usage: unroll-weights COMMAND

  inspect FILE     names, dtypes, shapes, sizes, sharing, metadata, recurrent modules,
                   what the pickle refers to, and whether it is safe; reads no tensor
  convert IN OUT   writes the state dict of IN as OUT (.pt, .pth or .safetensors)
  diff A B         compares two state dicts, bit by bit

  --json           for programs
  --dtype TYPE     convert: float32 or float64, exactly
  --force          convert: replace OUT
  --help

A file is a path or URL of what torch.save or torch.jit.save wrote (any version), of safetensors
(also its index.json), npy or npz. Nothing in it is executed.

Exit code: 0; 1 if files differ, or one is refused or dangerous; 2 for wrong use.`

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
      terminal.err(error.message)
      terminal.err('See unroll-weights --help')
      return 2
    }
    if (error instanceof CheckpointError) {
      terminal.err(plain(`${error.name}: ${error.message}`))
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

interface Arguments {
  readonly values: {
    readonly json: boolean
    readonly force: boolean
    readonly help: boolean
    readonly dtype?: string | undefined
  }
  readonly positionals: readonly string[]
}

function parse(args: readonly string[]): Arguments {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        json: { type: 'boolean', default: false },
        force: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
        dtype: { type: 'string' },
      },
    })
  } catch (error) {
    throw error instanceof TypeError ? new UsageError(error.message) : error
  }
}
