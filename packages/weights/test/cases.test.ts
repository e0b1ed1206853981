import expected from '@unroll/oracle/fixtures/cases.json' with { type: 'json' }
import { equal, type Tensor } from '@unroll/tensor'
import { afterEach, beforeEach, expect, it, type MockInstance, describe as suite, vi } from 'vitest'
import {
  describe,
  InertRecord,
  inspect,
  load,
  loadWeights,
  open,
  UnsupportedFormatError,
} from '../src/index.ts'
import digests from './cases/digests.json' with { type: 'json' }
import { failureOf } from './support/failure.ts'

function file(name: string): URL {
  return new URL(`./cases/${name}`, import.meta.url)
}

/** As digest() in tooling/oracle/cases_fixtures.py. */
async function digest({ dtype, shape, data }: Tensor): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array(data.slice().buffer)))
  const hex = Array.from(hash.slice(0, 16), (byte) => byte.toString(16).padStart(2, '0')).join('')
  return `${dtype} [${shape.join(', ')}] ${hex}`
}

async function digestsOf(weights: ReadonlyMap<string, Tensor>): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  for (const [name, tensor] of weights) found[name] = await digest(tensor)
  return found
}

let warn: MockInstance<typeof console.warn>
beforeEach(() => {
  warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
})
afterEach(() => warn.mockRestore())

/** Files whose weights differ from what PyTorch reads: they are put together, or lose their prefix. */
const changed = ['weight_norm_old.pt', 'weight_norm_parametrization.pt', 'spectral_norm_old.pt', 'pruned.pt']

/** What is not read in each file: its name, and the message. */
const leftOut: Readonly<Record<string, readonly (readonly [name: string, message: RegExp])[]>> = {
  'sparse_beside.pt': [['adj', /a sparse tensor.*to_dense\(\)/]],
  'sparse_outside.pt': [['batch', /a sparse tensor.*to_dense\(\)/]],
  'complex_beside.pt': [['filt', /a tensor of complex64.*by raw\(name\)/]],
  'meta_outside.pt': [['m', /a tensor on the meta device.*it has no data/]],
  'quantized_linear_beside.pt': [['fc._packed_params._packed_params', /packed int8 weights.*dequantized/]],
  'quantized_dynamic.pt': [
    ['lstm._all_weight_values.0.param', /packed int8 weights of a recurrent layer.*dequantized.*float model/],
    ['lstm._all_weight_values.1.param', /packed int8 weights of a recurrent layer/],
    ['fc._packed_params._packed_params', /packed int8 weights of a quantized layer/],
  ],
  'quantized_dynamic_script.pt': [
    ['lstm._all_weight_values.0.param', /packed int8 weights of a recurrent layer.*dequantized.*float model/],
    ['lstm._all_weight_values.1.param', /packed int8 weights of a recurrent layer/],
    ['fc._packed_params._packed_params', /packed int8 weights of a quantized layer/],
  ],
}

suite('files from public bug reports', () => {
  const read = Object.entries(digests).filter(([name]) => !changed.includes(name))
  it.each(read)('%s gives the tensors that PyTorch reads', async (name, want) => {
    expect(await digestsOf(await loadWeights(file(name)))).toEqual(want)
  })

  it('without checksums give the numbers that were saved', async () => {
    const weights = await loadWeights(file('no_checksums.pt'))
    for (const [name, { data }] of Object.entries(expected.nocrc)) {
      expect([...(weights.get(name)?.data ?? [])]).toEqual(data.map(Math.fround))
    }
    expect((await inspect(file('no_checksums.pt'))).metadata.get('checksums')).toBe('none')
  })

  it('in shards of torch.save give what both shards have, in the order of the index', async () => {
    const weights = await loadWeights(file('pytorch_model.bin.index.json'))
    expect(await digestsOf(weights)).toEqual({
      ...digests['pytorch_model-00001-of-00002.bin'],
      ...digests['pytorch_model-00002-of-00002.bin'],
    })
    const loaded = await load(file('pytorch_model.bin.index.json'))
    expect(loaded instanceof Map && [...loaded.keys()]).toEqual([...weights.keys()])
    expect((await inspect(file('pytorch_model.bin.index.json'))).format).toBe('torch-index')
  })

  it('with tied weights in safetensors give them under both names, as one tensor', async () => {
    for (const reading of [load, loadWeights]) {
      const weights = await reading(file('tied_alias.safetensors'))
      if (!(weights instanceof Map)) throw new Error('expected a Map')
      expect(weights.get('encoder.weight')).toBe(weights.get('decoder.weight'))
      expect(weights.size).toBe(7)
    }
    expect((await inspect(file('tied_alias.safetensors'))).shared).toEqual([
      ['decoder.weight', 'encoder.weight'],
    ])
  })

  it.each([
    ['dataparallel.pt', 'module.'],
    ['compile.pt', '_orig_mod.'],
    ['training_checkpoint.pt', 'model.'],
    ['list_of_model_and_optimizer.pt', '0.'],
    ['sparse_outside.pt', 'state_dict.'],
  ])('%s gives with prefix %s the same as PyTorch, and with one below it the layer', async (name, prefix) => {
    const want = Object.entries(digests[name as keyof typeof digests]).map(([key, value]) => [
      key.startsWith(prefix) ? key.slice(prefix.length) : key,
      value,
    ])
    expect(await digestsOf(await loadWeights(file(name), { prefix }))).toEqual(Object.fromEntries(want))
    const layer = await loadWeights(file(name), { prefix: `${prefix}lstm.` })
    expect(describe(layer)).toMatchObject([{ prefix: '', kind: 'LSTM', inputSize: 5, hiddenSize: 6 }])
    const opened = await open(file(name), { prefix: `${prefix}lstm.` })
    expect([...opened.tensors.keys()]).toEqual([...layer.keys()])
    await opened.close()
    expect(warn).not.toHaveBeenCalled()
  })

  it.each([
    ['weight_norm_old.pt', { prefix: 'rnn.', kind: 'LSTM', numLayers: 2, bidirectional: true }],
    ['weight_norm_parametrization.pt', { prefix: 'rnn.', kind: 'GRU', numLayers: 1, bidirectional: false }],
    ['spectral_norm_old.pt', { prefix: '', kind: 'LSTM', numLayers: 1, bidirectional: false }],
    ['pruned.pt', { prefix: '', kind: 'LSTM', numLayers: 1, bidirectional: false }],
  ])('%s has its weights put together', async (name, module) => {
    expect(describe(await loadWeights(file(name)))).toMatchObject([module])
    expect((await inspect(file(name))).modules).toMatchObject([module])
  })

  it.each(Object.entries(leftOut))('%s says what is not read, and gives the rest', async (name, things) => {
    await loadWeights(file(name))
    expect(warn).toHaveBeenCalledOnce()
    const text = String(warn.mock.calls[0]?.[0])
    const opened = await open(file(name))
    for (const [key, message] of things) {
      expect(text).toContain(`"${key}"`)
      expect(text).toMatch(message)
      expect((await failureOf(opened.get(key), UnsupportedFormatError)).message).toMatch(message)
    }
    expect(opened.leftOut.map((left) => left.name)).toEqual(things.map(([key]) => key))
    expect((await inspect(file(name))).leftOut).toEqual(opened.leftOut)
    await opened.close()
  })

  it.each(Object.entries(leftOut).filter(([name]) => !name.includes('script')))(
    'load gives an inert record for what no tensor holds in %s',
    async (name, things) => {
      const saved = await load(file(name))
      for (const [key] of things) {
        const value = saved instanceof Map ? saved.get(key) : null
        expect(Array.isArray(value) ? value[0] : value).toBeInstanceOf(InertRecord)
      }
      expect(warn).not.toHaveBeenCalled()
    },
  )

  it('gives numbers of a complex tensor by raw', async () => {
    const opened = await open(file('complex_beside.pt'))
    const { dtype, shape, data } = await opened.raw('filt')
    expect([dtype, data.length]).toEqual(['complex64', 2 * (shape[0] ?? 0) * (shape[1] ?? 1)])
    await opened.close()
  })

  it('load gives a training checkpoint with the objects that are not made as inert records', async () => {
    const saved = await load(file('training_checkpoint.pt'))
    if (!(saved instanceof Map)) throw new Error('expected a Map')
    expect([saved.get('epoch'), saved.get('best_acc')]).toEqual([3, 0.91])
    expect(saved.get('args')).toMatchObject({ name: 'argparse.Namespace' })
    expect(saved.get('vocab')).toEqual(
      new Map([
        ['<pad>', 0],
        ['a', 1],
      ]),
    )
  })

  it('load gives a list of whole objects as inert records with their parts', async () => {
    const saved = await load(file('list_of_model_and_optimizer.pt'))
    const [model, loss, optimizer] = Array.isArray(saved) ? saved : []
    expect([model, loss, optimizer]).toMatchObject([
      { name: 'mymodel.Tagger' },
      { name: 'torch.nn.modules.loss.CrossEntropyLoss' },
      { name: 'torch.optim.sgd.SGD' },
    ])
    const modules = model instanceof InertRecord ? model.attributes?.get('_modules') : null
    const embedding = modules instanceof Map ? modules.get('embedding') : null
    const parameters = embedding instanceof InertRecord ? embedding.attributes?.get('_parameters') : null
    const weight = parameters instanceof Map ? parameters.get('weight') : null
    const weights = await loadWeights(file('list_of_model_and_optimizer.pt'))
    const want = weights.get('embedding.weight')
    expect(want && equal(weight as Tensor, want)).toBe(true)
  })

  it('a TorchScript archive of quantized layers is refused by load as any other', async () => {
    const error = await failureOf(load(file('quantized_dynamic_script.pt')), UnsupportedFormatError)
    expect(error.message).toContain('is a TorchScript archive')
  })
})
