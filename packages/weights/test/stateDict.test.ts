import { describe, expect, it, vi } from 'vitest'
import { loadWeights, open, UnsupportedFormatError } from '../src/index.ts'
import { failureOf } from './support/failure.ts'
import { call, checkpoint, dict, global, int, tensor, text, tuple } from './support/torchBuilder.ts'

const state = dict({ 'lstm.weight': tensor(), 'lstm.bias': tensor() })
const optimizer = dict({
  state: `}${int(0)}${dict({ exp_avg: tensor() })}s`,
  param_groups: `]${dict({ lr: int(1) })}a`,
})
/** A module as torch.save pickles it. */
function module(parameters: Record<string, string>, kind = global('net', 'Net')): string {
  return `${kind})\x81${dict({ _parameters: dict(parameters), _buffers: '}', _modules: '}' })}b`
}

async function names(body: string, prefix?: string): Promise<string[]> {
  return [...(await loadWeights(checkpoint(body), { prefix })).keys()]
}

const plain = ['lstm.weight', 'lstm.bias']

describe('the state dict in a training checkpoint', () => {
  it.each([
    'state_dict',
    'model_state_dict',
    'model_state',
    'model_dict',
    'model_weights',
    'net_state_dict',
    'network_state_dict',
    'modelStateDict',
    'stateDict',
    'model',
    'net',
    'network',
    'module',
    'state',
    'weights',
    'params',
    'Model',
  ])('is taken from under %s', async (key) => {
    const beside = {
      epoch: int(3),
      optimizer,
      rng: dict({ torch: tensor() }),
      lr_scheduler: dict({ last: tensor() }),
      best: tensor(),
    }
    expect(await names(dict({ ...beside, [key]: state }))).toEqual(plain)
    expect(await names(dict({ [key]: module({ weight: tensor() }), ...beside }))).toEqual(['weight'])
  })

  it('is the one that says so, whatever stands under model', async () => {
    const fresh = module({ weight: tensor() })
    expect(await names(dict({ model: fresh, state_dict: state, optimizer }))).toEqual(plain)
    expect(await names(dict({ model: state, model_params: dict({ hidden: int(3) }) }))).toEqual(plain)
    expect(
      await names(dict({ state_dict: state, state_dict_ema: state, hyper: dict({ x: tensor() }) })),
    ).toEqual(plain)
  })

  it('is the same one, whichever of two names it stands under', async () => {
    expect(await names(`}(${text('model')}${state}q\x05${text('net')}h\x05u`)).toEqual(plain)
  })

  it.each([
    [
      'a list',
      `](${module({ 'lstm.weight': tensor() })}${global('torch.nn.modules.loss', 'NLLLoss')})\x81${optimizer}e`,
    ],
    ['a tuple', tuple(dict({ 'lstm.weight': tensor() }), optimizer, int(3))],
    [
      'a list, in a checkpoint',
      `](${dict({ epoch: int(1), model: dict({ 'lstm.weight': tensor() }) })}${optimizer}e`,
    ],
    [
      'an object that has it',
      `${global('train', 'Trainer')})\x81${dict({ model: module({ 'lstm.weight': tensor() }), optimizer, steps: int(3) })}b`,
    ],
  ])('is found in %s', async (_, body) => {
    expect(await names(body)).toEqual(['lstm.weight'])
  })

  it('is the whole dict, if no key says where it is', async () => {
    const body = dict({ encoder: state, decoder: dict({ weight: tensor() }), optimizer, epoch: int(1) })
    expect(await names(body)).toEqual(['encoder.lstm.weight', 'encoder.lstm.bias', 'decoder.weight'])
    expect(await names(dict({ weight: tensor(), optimizer }))).toEqual(['weight'])
  })

  it('may be empty, if it is called so', async () => {
    expect(await names(dict({ state_dict: '}', other: tensor() }))).toEqual([])
  })
})

describe('an optimizer is never taken for weights', () => {
  it.each([
    ['its state dict', optimizer],
    ['a list of it', `](${optimizer}e`],
    ['a dict of it', dict({ optimizer, epoch: int(1) })],
    ['a dict of it under a name of models', dict({ model: optimizer })],
    [
      'itself',
      `${global('torch.optim.adam', 'Adam')})\x81${dict({ state: dict({ a: tensor() }), param_groups: ']' })}b`,
    ],
    [
      'one of another library',
      `${global('apex.optimizers', 'FusedLAMB')})\x81${dict({ state: dict({ a: tensor() }), param_groups: ']' })}b`,
    ],
    ['what it keeps by name', dict({ optimizer_state_dict: dict({ momentum: tensor() }), epoch: int(1) })],
    ['a list of its states', dict({ optimizer_states: `](${optimizer}${optimizer}e` })],
  ])('%s', async (_, body) => {
    const error = await failureOf(loadWeights(checkpoint(body)), UnsupportedFormatError)
    expect(error.message).toMatch(
      /holds an optimizer's state|holds no tensors under|holds a list|an object made by/,
    )
    await expect(loadWeights(checkpoint(body), { prefix: 'optimizer.' })).rejects.toThrow()
  })

  it('nor with a prefix that is its own', async () => {
    const body = checkpoint(dict({ model: state, optimizer }))
    for (const prefix of ['optimizer.', 'optimizer.state.', 'state.']) {
      await expect(loadWeights(body, { prefix })).rejects.toThrow(/there are "lstm\."/)
    }
  })
})

describe('several state dicts', () => {
  it.each([
    [
      'two that say so',
      dict({ state_dict: state, model_state_dict: dict({ weight: tensor() }) }),
      ['state_dict.', 'model_state_dict.'],
    ],
    ['two that may be it', dict({ model: state, net: dict({ weight: tensor() }) }), ['model.', 'net.']],
    [
      'one that may be it, and another',
      dict({ model: state, ema: dict({ weight: tensor() }), optimizer }),
      ['model.', 'ema.'],
    ],
    ['a list of two', `](${state}${dict({ weight: tensor() })}e`, ['0.', '1.']],
  ])('%s: the error says which there are, and how to choose', async (_, body, paths) => {
    const error = await failureOf(loadWeights(checkpoint(body)), UnsupportedFormatError)
    const listed = paths.map((path) => JSON.stringify(path)).join(', ')
    expect(error.message).toContain(
      `holds several state dicts, below ${listed}; choose one, as in { prefix: "${paths[0]}" }`,
    )
    for (const [i, prefix] of paths.entries()) {
      expect(await names(body, prefix)).toEqual(i === 0 ? plain : ['weight'])
    }
    await expect(loadWeights(checkpoint(body), { prefix: 'lstm.' })).rejects.toThrow(/there are /)
  })

  it('many are not all named', async () => {
    const body = `](${`${dict({ w: tensor() })}`.repeat(20)}e`
    const error = await failureOf(loadWeights(checkpoint(body)), UnsupportedFormatError)
    expect(error.message).toContain('"5.", and 14 more')
  })
})

describe('a prefix', () => {
  it('gives the keys below it, without it', async () => {
    const body = dict({ 'module.lstm.weight': tensor(), 'module.fc.bias': tensor(), step: tensor() })
    expect(await names(body, 'module.')).toEqual(['lstm.weight', 'fc.bias'])
    expect(await names(body, 'module.lstm.')).toEqual(['weight'])
    expect(await names(body, '')).toEqual(['module.lstm.weight', 'module.fc.bias', 'step'])
    expect(await names(dict({ enc_weight: tensor(), dec_weight: tensor() }), 'enc_')).toEqual(['weight'])
    const opened = await open(checkpoint(body), { prefix: 'module.' })
    expect([...opened.tensors.keys()]).toEqual(['lstm.weight', 'fc.bias'])
    expect((await opened.get('fc.bias')).toArray()).toEqual([1, 2, 3, 4])
    await opened.close()
  })

  it('is taken from the state dict, else from the whole checkpoint', async () => {
    const body = dict({ model: state, optimizer })
    expect(await names(body, 'lstm.')).toEqual(['weight', 'bias'])
    expect(await names(body, 'model.')).toEqual(plain)
    expect(await names(body, 'model.lstm.')).toEqual(['weight', 'bias'])
  })

  it.each([
    ['encoder.', 'expected a prefix of keys in <bytes>, got "encoder."; there are "lstm."'],
    ['lstm', 'got "lstm"; there are "lstm."; did you mean "lstm."?'],
    ['lstm.weight.', 'there are "lstm."'],
    ['.*', 'got ".*"; there are "lstm."'],
    ['__proto__', 'there are "lstm."'],
  ])('%s that no key has is an error that lists those there are', async (prefix, message) => {
    for (const read of [loadWeights, open]) {
      await expect(read(checkpoint(state), { prefix })).rejects.toThrow(RangeError)
      await expect(read(checkpoint(state), { prefix })).rejects.toThrow(message)
    }
  })

  it('below which everything is left out is an error that says why', async () => {
    const sparse = call('torch._utils', '_rebuild_sparse_tensor', text('coo'), tuple())
    const body = checkpoint(dict({ 'a.w': tensor(), 'b.w': sparse }))
    const error = await failureOf(loadWeights(body, { prefix: 'b.' }), UnsupportedFormatError)
    expect(error.message).toContain('"w": a sparse tensor (save tensor.to_dense())')
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    expect((await loadWeights(body, { prefix: 'a.' })).size).toBe(1)
    expect(warn).not.toHaveBeenCalled()
    await loadWeights(body)
    expect(warn).toHaveBeenCalledOnce()
    warn.mockRestore()
  })
})

describe('checkpoints made to be slow', () => {
  it('a dict of 100,000 entries that are one dict ends soon', async () => {
    const shared = `](${'K\x01'.repeat(100_000)}eq\x010`
    const entries = Array.from({ length: 50_000 }, (_, i) => `${text(`k${i}`)}h\x01`).join('')
    await failureOf(loadWeights(checkpoint(`${shared}}(${entries}u`)), UnsupportedFormatError)
  })

  it('lists that contain themselves end soon', async () => {
    await failureOf(loadWeights(checkpoint(`]q\x01(h\x01h\x01e`)), UnsupportedFormatError)
    const body = `]q\x01(${dict({ w: tensor() })}h\x01e`
    expect(await names(body)).toEqual(['w'])
  })

  it('dicts that contain each other 2^60 times end soon', async () => {
    const doubled = Array.from({ length: 60 }, (_, i) => {
      const [index, before] = [String.fromCharCode(i + 1), String.fromCharCode(i)]
      return `0}q${index}(${text('a')}h${before}${text('b')}h${before}u`
    }).join('')
    await expect(loadWeights(checkpoint(`}q\x00${doubled}`))).rejects.toThrow(
      /entries in its dicts, the limit/,
    )
    const wrapped = `}q\x00${doubled}q\x70${text('x')}0}(${text('model')}h\x70${text('net')}${state}u`
    await expect(loadWeights(checkpoint(wrapped.replace(`${text('x')}0`, '0')))).resolves.toBeInstanceOf(Map)
  })
})
