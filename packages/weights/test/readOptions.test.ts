import { ones } from '@unroll/tensor'
import { describe, expect, it } from 'vitest'
import {
  describe as describeWeights,
  inspect,
  load,
  loadWeights,
  open,
  savePt,
  saveSafetensors,
  UnreadableSourceError,
} from '../src/index.ts'
import { failureOf } from './support/failure.ts'

const bytes = savePt(new Map([['w', ones([2])]]))

describe('options of reading', () => {
  it('may be null, each of them', async () => {
    const none = { signal: null, onProgress: null, limits: null, resolve: null, record: null }
    expect((await open(bytes, none)).tensors.size).toBe(1)
    expect((await loadWeights(bytes, { ...none, prefix: null, dtype: null })).size).toBe(1)
    expect((await inspect(bytes, none)).tensors.size).toBe(1)
    expect(await load(bytes, none)).toBeInstanceOf(Map)
    for (const read of [load, loadWeights, inspect, open]) await read(bytes, null)
  })

  it.each([
    [
      'a limit that there is none of',
      { limits: { deph: 3 } },
      /^load: limits: expected options among .*, got deph; did you mean depth\?/,
    ],
    [
      'limits that are none',
      { limits: 3 },
      /^load: limits: expected options to be a plain object, got number 3/,
    ],
    [
      'a limit that is no number',
      { limits: { depth: Number.NaN } },
      /^load: expected limits\.depth to be a number from 0 on, got number NaN/,
    ],
    [
      'a limit in text',
      { limits: { depth: '3' } },
      /^load: expected limits\.depth to be a number from 0 on, got string "3"/,
    ],
    [
      'a controller',
      { signal: new AbortController() },
      /^load: expected signal to be an AbortSignal, got AbortController; pass its signal/,
    ],
    ['no signal', { signal: true }, /^load: expected signal to be an AbortSignal, got boolean true/],
    [
      'no function for progress',
      { onProgress: true },
      /^load: expected onProgress to be a function, got boolean true/,
    ],
    [
      'no function for files',
      { resolve: 'folder' },
      /^load: expected resolve to be a function, got string "folder"/,
    ],
  ])('refuse %s', async (_, options, message) => {
    // @ts-expect-error: what the types forbid
    await expect(load(bytes, options)).rejects.toThrow(message)
  })
})

describe('what is no option is refused', () => {
  const readers = { load, loadWeights, inspect, open }
  it.each(Object.entries(readers))('by %s', async (who, read) => {
    const wrong: [unknown, string][] = [
      [true, `${who}: expected options to be a plain object, got boolean true`],
      ['module.', `${who}: expected options to be a plain object, got string "module."`],
      [new Map([['prefix', 'a.']]), `${who}: expected options to be a plain object, got Map`],
      [['module.'], `${who}: expected options to be a plain object, got array of 1`],
      [Promise.resolve({}), `${who}: expected options to be a plain object, got a promise; await it first`],
      [{ onprogress: () => undefined }, `got onprogress; did you mean onProgress?`],
      [{ limit: {} }, `got limit; did you mean limits?`],
      [{ map_location: 'cpu' }, `${who}: expected options among `],
      [{ record: 3 }, `${who}: expected record to be text, got number 3`],
    ]
    for (const [options, message] of wrong) {
      // @ts-expect-error: what the types forbid
      const promise: Promise<unknown> = read(bytes, options)
      await expect(promise).rejects.toThrow(TypeError)
      await promise.catch((error: unknown) => expect(String(error)).toContain(message))
    }
  })

  it.each([
    [{ prefx: 'a.' }, 'got prefx; did you mean prefix?'],
    [{ prefix: 3 }, 'loadWeights: expected prefix to be text, got number 3'],
    [{ prefix: ['a.'] }, 'loadWeights: expected prefix to be text, got array of 1'],
    [{ dtype: 'float16' }, 'loadWeights: expected dtype to be float32 or float64, got string "float16"'],
    [{ dtype: 32 }, 'expected dtype to be float32 or float64, got number 32'],
    [{ prefix: 'a.', strict: true }, 'got strict'],
    ['module.', 'write { prefix: "module." }'],
  ])('by loadWeights: %j', async (options, message) => {
    // @ts-expect-error: what the types forbid
    await expect(loadWeights(bytes, options)).rejects.toThrow(message)
  })

  it('by what is open', async () => {
    // @ts-expect-error: a dtype is asked for tensor by tensor
    await expect(open(bytes, { dtype: 'float32' })).rejects.toThrow('open: expected options among')
    await expect(load(bytes, {})).resolves.toBeInstanceOf(Map)
    const opened = await open(bytes)
    // @ts-expect-error: PyTorch's position of the dtype
    await expect(opened.get('w', 'float64')).rejects.toThrow('write { dtype: "float64" }')
    // @ts-expect-error: a dtype that nothing is converted to
    await expect(opened.get('w', { dtype: 'int8' })).rejects.toThrow('Checkpoint.get: expected dtype to be')
    // @ts-expect-error: no name
    await expect(opened.get(3)).rejects.toThrow(
      'Checkpoint.get: expected the name of a tensor ("w", ...), got number 3',
    )
    await expect(opened.raw('v')).rejects.toThrow('Checkpoint.raw: expected the name of a tensor')
    await opened.close()
  })

  it('by describe', () => {
    // @ts-expect-error: a forgotten await
    expect(() => describeWeights(loadWeights(bytes))).toThrow(
      'describe: expected a Map of tensors by name, got a promise; await it first',
    )
    // @ts-expect-error: no Map
    expect(() => describeWeights({ w: ones([1]) })).toThrow('got Object')
  })
})

describe('a closed checkpoint', () => {
  it.each([
    ['bytes', bytes],
    ['a Blob', new Blob([saveSafetensors(new Map([['w', ones([2])]]))])],
  ])('of %s says so when a tensor is asked for', async (_, source) => {
    const opened = await open(source)
    await opened.close()
    await opened.close()
    const error = await failureOf(opened.get('w'), UnreadableSourceError)
    expect(error.message).toContain('is closed; open it again')
  })
})
