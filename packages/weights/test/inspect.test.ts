import { describe, expect, it } from 'vitest'
import {
  type ByteSource,
  inspect,
  load,
  loadWeights,
  UnsafePickleError,
  UnsupportedFormatError,
} from '../src/index.ts'
import { failureOf } from './support/failure.ts'
import {
  call,
  checkpoint,
  dict,
  int,
  pickle,
  records,
  storage,
  tensor,
  text,
  tuple,
} from './support/torchBuilder.ts'
import { buildZip } from './support/zipBuilder.ts'

function fixture(file: string): URL {
  return new URL(`./fixtures/${file}`, import.meta.url)
}

describe('inspect', () => {
  it('tells names, dtypes, shapes, strides and sharing', async () => {
    const { tensors, shared, format, metadata, safe, refusals } = await inspect(fixture('views.pt'))
    expect(format).toBe('zip')
    expect(metadata).toEqual(
      new Map([
        ['version', '3'],
        ['byteorder', 'little'],
      ]),
    )
    expect(tensors.get('permuted')).toMatchObject({ dtype: 'float32', shape: [4, 2, 3], strides: [1, 12, 4] })
    expect(tensors.get('row')?.storage).toBe(tensors.get('base')?.storage)
    expect(tensors.get('row')).toMatchObject({ byteLength: 16, storage: { byteLength: 96, location: 'cpu' } })
    expect(shared.map(([first]) => first)).toEqual(['base', 'alone'])
    expect([safe, refusals]).toEqual([true, { load: null, loadWeights: null }])
  })

  it('shows the optimizer and the other values of a training checkpoint', async () => {
    const { tensors, values, globals, refusals, modules } = await inspect(fixture('checkpoint.pt'))
    expect(tensors.has('model_state_dict.weight_ih_l0')).toBe(true)
    expect(tensors.has('optimizer_state_dict.state.0.exp_avg')).toBe(true)
    expect(values.get('epoch')).toBe('3')
    expect(values.get('args')).toBe('object of argparse.Namespace')
    expect(values.get('args.lr')).toBe('0.1')
    expect(globals.find(({ name }) => name === 'argparse.Namespace')?.verdict).toBe('unlisted')
    expect(refusals).toEqual({ load: null, loadWeights: null })
    expect(modules).toMatchObject([{ prefix: '', kind: 'GRU', inputSize: 2, hiddenSize: 3 }])
  })

  it('shows what is dangerous without acting on it', async () => {
    const bytes = checkpoint(dict({ w: tensor(), evil: call('os', 'system', text('touch /tmp/x')) }))
    const { safe, globals, tensors, refusals } = await inspect(bytes)
    expect(safe).toBe(false)
    expect(globals).toContainEqual({ name: 'os.system', verdict: 'dangerous', offset: expect.any(Number) })
    expect([...tensors.keys()]).toEqual(['w'])
    expect(refusals.loadWeights).toContain('names os.system')
  })

  it.each([
    ['quantized.pt', 'unsupported', 'holds no tensor that can be read: "q": a quantized tensor'],
    ['sparse.pt', 'unsupported', '"s": a sparse tensor'],
    ['meta.pt', 'unsupported', '"m": a tensor on the meta device'],
    ['whole-module.pt', 'unlisted', null],
  ])('shows the names in %s', async (file, verdict, refusal) => {
    const { globals, refusals } = await inspect(fixture(file))
    expect(globals.map((global) => global.verdict)).toContain(verdict)
    if (refusal === null) expect(refusals.loadWeights).toBe(null)
    else expect(refusals.loadWeights).toContain(refusal)
  })

  it('shows names of an object whose parts contradict each other', async () => {
    const { globals, tensors, refusals } = await inspect(
      checkpoint(dict({ w: tensor({ shape: tuple(int(9)) }) })),
    )
    expect(globals.length).toBeGreaterThan(0)
    expect(tensors.size).toBe(0)
    expect(refusals.load).toContain('reaches element 8')
  })

  it('tells parameters of a TorchScript archive from its other tensors', async () => {
    const { tensors, format, modules } = await inspect(fixture('torchscript-rnns.pt'))
    expect(format).toBe('torchscript')
    expect(tensors.has('scale')).toBe(true)
    expect((await loadWeights(fixture('torchscript-rnns.pt'))).has('scale')).toBe(false)
    expect(modules.map(({ prefix, bidirectional }) => [prefix, bidirectional])).toEqual([
      ['rnns.0.', true],
      ['rnns.1.', false],
    ])
  })

  it('reads no tensor data', async () => {
    const [dataPkl, data0, version] = records(pickle(dict({ weight: tensor({ of: storage(1_000_000) }) })))
    const large = buildZip([dataPkl, { ...data0, data: new Uint8Array(4_000_000) }, version])
    const source = counting(large)
    expect((await inspect(source)).tensors.size).toBe(1)
    expect(source.bytesRead()).toBeLessThan(2000)
  })

  it('ends soon for names that a shared key makes long', async () => {
    // A key of 60 kB, 900 dicts deep, above 2000 tensors: 100 GB of names.
    const key = `${text('k'.repeat(60_000))}q\x01`
    const leaves = `}q\x03(${Array.from({ length: 2000 }, (_, i) => `${text(String(i))}h\x02`).join('')}u`
    const nested = `${key}0${tensor()}q\x020${leaves}0h\x03${'q\x050}h\x01h\x05s'.repeat(900)}`
    const { refusals } = await inspect(checkpoint(nested))
    expect(refusals.loadWeights).toMatch(/names of over 100000000 characters together/)
  })

  it('ends soon for a list that stands in a list very often', async () => {
    const list = `](${'K\x01'.repeat(100_000)}eq\x010`
    const { values } = await inspect(checkpoint(`${list}](${'h\x01'.repeat(100_000)}e`))
    expect(values.size).toBe(199_999)
  })

  it('ends soon for dicts that contain each other 2^60 times', async () => {
    const doubled = `}q\x00${Array.from({ length: 60 }, (_, i) => {
      const index = String.fromCharCode(i + 1)
      return `0}q${index}(${text('a')}h${String.fromCharCode(i)}${text('b')}h${String.fromCharCode(i)}u`
    }).join('')}`
    expect((await inspect(checkpoint(doubled))).tensors.size).toBe(0)
  })
})

describe('a frozen TorchScript module', () => {
  it('is refused, and told what is missing', async () => {
    const error = await failureOf(loadWeights(fixture('torchscript-frozen.pt')), UnsupportedFormatError)
    expect(error.message).toContain('is a frozen TorchScript module')
    expect(error.message).toContain('missing are the names of its parameters')
  })
  it('shows its tensors as constants', async () => {
    const { tensors } = await inspect(fixture('torchscript-frozen.pt'))
    expect([...tensors.keys()].every((name) => name.startsWith('<constants>.'))).toBe(true)
    expect(tensors.size).toBeGreaterThan(0)
  })
})

describe('whole modules', () => {
  it.each(['whole-module.pt', 'legacy-module.pt'])(
    'of %s are refused by load, which may not construct them',
    async (file) => {
      const error = await failureOf(load(fixture(file)), UnsafePickleError)
      expect(error.message).toContain('is an object of torch.nn')
    },
  )
  it('in something else are inert records', async () => {
    const saved = await load(fixture('module-in-checkpoint.pt'))
    const net = saved instanceof Map ? saved.get('net') : null
    expect(net).toMatchObject({ name: 'torch.nn.modules.container.Sequential' })
  })
})

function counting(bytes: Uint8Array): ByteSource & { bytesRead(): number } {
  let read = 0
  return {
    byteLength: bytes.length,
    slice(start, end) {
      read += end - start
      return bytes.slice(start, end)
    },
    bytesRead: () => read,
  }
}
