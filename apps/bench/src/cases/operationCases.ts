import type { DType, Tensor } from '@unroll/torch'

/** A build of the library: this one, or that of another checkout. */
export type Library = typeof import('@unroll/torch')

/** Something a model does with tensors, ready to be called again and again. */
export interface OperationCase {
  readonly name: string
  /** Makes operands and modules, the same ones from the same seed. */
  prepare(library: Library): () => Tensor
}

type Elementwise = 'exp' | 'log' | 'tanh' | 'sigmoid' | 'relu' | 'sqrt'
type Pairwise = 'add' | 'mul' | 'maximum'

function elementwise(operation: Elementwise, length: number, dtype: DType = 'float32'): OperationCase {
  return {
    name: `${operation}-${length}${suffix(dtype)}`,
    prepare: ({ rand }) => {
      const x = rand([length], { dtype })
      return () => x[operation]()
    },
  }
}

function pairwise(operation: Pairwise, length: number): OperationCase {
  return {
    name: `${operation}-${length}`,
    prepare: ({ randn }) => {
      const [x, y] = [randn([length]), randn([length])]
      return () => x[operation](y)
    },
  }
}

function softmax(rows: number, columns: number, dtype: DType = 'float32'): OperationCase {
  return {
    name: `softmax-${rows}x${columns}${suffix(dtype)}`,
    prepare: ({ randn }) => {
      const x = randn([rows, columns], { dtype })
      return () => x.softmax(1)
    },
  }
}

function matmul(rows: number, inner: number, columns: number): OperationCase {
  return {
    name: `matmul-${rows}x${inner}x${columns}`,
    prepare: ({ randn }) => {
      const [a, b] = [randn([rows, inner]), randn([inner, columns])]
      return () => a.matmul(b)
    },
  }
}

function linear(rows: number, inputs: number, outputs: number, dtype: DType = 'float32'): OperationCase {
  return {
    name: `linear-${rows}x${inputs}x${outputs}${suffix(dtype)}`,
    prepare: ({ Linear, randn }) => {
      const module = new Linear(inputs, outputs, { dtype })
      const x = randn([rows, inputs], { dtype })
      return () => module.forward(x)
    },
  }
}

function embedding(count: number, width: number): OperationCase {
  return {
    name: `embedding-${count}x${width}`,
    prepare: ({ Embedding, randint }) => {
      const module = new Embedding(5000, width)
      const indices = randint(0, 5000, [count])
      return () => module.forward(indices)
    },
  }
}

/** A language model: words, their vectors, an LSTM, and the probabilities of the next word at each place. */
function model(batch: number, timesteps: number, hidden: number, words: number): OperationCase {
  return {
    name: `model-${batch}x${timesteps}-h${hidden}-v${words}`,
    prepare: ({ Embedding, LSTM, Linear, randint }) => {
      const vectors = new Embedding(words, hidden)
      const lstm = new LSTM(hidden, hidden)
      const head = new Linear(hidden, words)
      const text = randint(0, words, [timesteps, batch])
      return () => {
        const [output] = lstm.forward(vectors.forward(text))
        return head.forward(output).softmax(-1)
      }
    },
  }
}

function suffix(dtype: DType): string {
  return dtype === 'float32' ? '' : `-${dtype}`
}

export const operationCases: readonly OperationCase[] = [
  ...[16, 1000, 100_000].flatMap((length) => [
    elementwise('exp', length),
    elementwise('tanh', length),
    elementwise('relu', length),
    pairwise('add', length),
    pairwise('maximum', length),
  ]),
  elementwise('log', 100_000),
  elementwise('sigmoid', 100_000),
  elementwise('sqrt', 100_000),
  elementwise('exp', 100_000, 'float64'),
  softmax(1, 1000),
  softmax(64, 10),
  softmax(256, 1000),
  softmax(256, 1000, 'float64'),
  matmul(1, 512, 512),
  matmul(64, 256, 256),
  linear(1, 128, 128),
  linear(1, 1024, 1024),
  linear(1, 1024, 1024, 'float64'),
  linear(32, 256, 10),
  linear(64, 512, 512),
  embedding(32, 128),
  embedding(1000, 64),
  model(1, 1, 128, 1000),
  model(1, 32, 128, 1000),
  model(16, 32, 128, 1000),
  model(1, 32, 64, 100),
]
