import { ones } from '@unroll/tensor'
import { describe, expect, it } from 'vitest'
import { load, loadWeights, open, savePt, saveSafetensors, UnreadableSourceError } from '../src/index.ts'
import { failureOf } from './support/failure.ts'

const bytes = savePt(new Map([['w', ones([2])]]))

describe('options of reading', () => {
  it('may be null, each of them', async () => {
    const none = { signal: null, onProgress: null, limits: null, resolve: null }
    expect((await open(bytes, none)).tensors.size).toBe(1)
    expect((await loadWeights(bytes, none)).size).toBe(1)
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
