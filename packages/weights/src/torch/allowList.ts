import type { PickleGlobal } from '../pickle/values.ts'
import { dtypeNamed, dtypeOfStorageClass, type FileDType } from '../tensor/fileDtype.ts'
import { constructorOf, keyOf } from './constructors.ts'

/** True for the classes and functions that a checkpoint may name: those that can be constructed, and their parts. */
export function isAllowed(global: PickleGlobal): boolean {
  return (
    constructorOf(global) !== null ||
    tensorClasses.has(keyOf(global)) ||
    storageDtype(global) !== null ||
    dtypeOf(global) !== null
  )
}

/** The dtype a name such as torch.float32 stands for; null if it is none. */
export function dtypeOf({ module, name }: PickleGlobal): FileDType | null {
  return module === 'torch' ? dtypeNamed(name) : null
}

/** The dtype of a class of storages; null if it is none. */
export function storageDtype(global: PickleGlobal): FileDType | 'untyped' | null {
  if (untypedStorages.has(keyOf(global))) return 'untyped'
  return global.module === 'torch' || global.module === 'torch.cuda' ? dtypeOfStorageClass(global.name) : null
}

/**
 * True for names that only an attack needs. A checkpoint with one of them is refused as a whole, even where objects that are not
 * on the allow-list would be skipped.
 */
export function isDangerous({ module, name }: PickleGlobal): boolean {
  const [root = ''] = module.split('.')
  // A dotted name walks over attributes: `os.system` of some module that imports os.
  const way = [root, ...name.split('.').slice(0, -1)]
  if (way.some((part) => dangerousModules.has(part))) return true
  return (root === 'builtins' || root === '__builtin__') && dangerousBuiltins.has(name.split('.')[0] ?? '')
}

/** The classes that a tensor or array may be rebuilt as. */
const tensorClasses: ReadonlySet<string> = new Set([
  'torch Tensor',
  'torch.nn.parameter Parameter',
  'torch.nn.parameter Buffer',
  'numpy ndarray',
])

const untypedStorages: ReadonlySet<string> = new Set([
  'torch UntypedStorage',
  'torch.storage UntypedStorage',
  'torch.storage _UntypedStorage',
])

const dangerousModules: ReadonlySet<string> = new Set([
  'os',
  'posix',
  'nt',
  'sys',
  'subprocess',
  'commands',
  'pty',
  'shutil',
  'socket',
  'ctypes',
  'runpy',
  'importlib',
  'webbrowser',
])

const dangerousBuiltins: ReadonlySet<string> = new Set([
  '__import__',
  'breakpoint',
  'compile',
  'eval',
  'exec',
  'execfile',
  'input',
  'open',
])
