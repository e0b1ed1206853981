import type { BackwardNode, HostNode, MatrixNode, RecurrentNode } from './graph.ts'
import type { ResidentMatrix } from './residentMatrix.ts'

/** The leaves of a graph, and a text that tells its structure: graphs with the same `key` differ in their leaves only. */
export interface GraphLeaves {
  readonly key: string
  readonly hosts: readonly HostNode[]
  readonly residents: readonly ResidentMatrix[]
}

export function leavesOf(roots: readonly MatrixNode[]): GraphLeaves {
  const description = new Description()
  const results = roots.map((root) => description.matrix(root))
  const { hosts, residents, texts } = description
  return { key: `${texts.join('; ')} => ${results.join(' ')}`, hosts, residents }
}

/** A graph as texts, one for each node. A node that another one reads is named by the position of its text. */
class Description {
  readonly hosts: HostNode[] = []
  readonly residents: ResidentMatrix[] = []
  readonly texts: string[] = []
  readonly #names = new Map<object, string>()

  /** Describes a matrix, unless that was done before. Returns its name. */
  matrix(node: MatrixNode): string {
    return this.#once(node, () => `${node.kind} ${node.rows}x${node.columns} ${this.#inside(node)}`)
  }

  #inside(node: MatrixNode): string {
    switch (node.kind) {
      case 'host':
        this.hosts.push(node)
        return ''
      case 'embedding':
        return `${this.#resident(node.table)} ${this.matrix(node.indices)}`
      case 'select':
        return `${this.matrix(node.input)} ${this.matrix(node.indices)}`
      case 'affine':
        return `${this.matrix(node.input)} ${this.#resident(node.weights)}`
      case 'softmax':
        return this.matrix(node.input)
      case 'output':
      case 'last':
        return this.#recurrent(node.of)
      case 'state':
        return `${this.#recurrent(node.of)} ${node.which} ${node.index}`
      case 'gradient':
        return `${this.#backward(node.of)} ${node.which} ${node.index}`
      default:
        return node satisfies never
    }
  }

  #recurrent(node: RecurrentNode): string {
    return this.#once(node, () => {
      const { spec, T, N, order, directions, initial } = node
      const { mode, inputSize, hiddenSize, projSize, numLayers, bidirectional } = spec
      const weights = directions.flatMap(({ input, hidden, projection }) =>
        [input, hidden, projection].map((matrix) => (matrix === null ? '-' : this.#resident(matrix))),
      )
      const states = initial.flatMap(({ h, c }) => [h, c])
      const values = [node.input, node.lengths, ...states, ...node.dropout].map((value) =>
        value === null ? '-' : this.matrix(value),
      )
      const sizes = [mode, inputSize, hiddenSize, projSize, numLayers, bidirectional, T, N, order]
      return ['recurrent', ...sizes, ...weights, ...values].join(' ')
    })
  }

  #backward(node: BackwardNode): string {
    return this.#once(node, () => {
      const sequence = this.#recurrent(node.of)
      const values = [node.output, ...node.final.flatMap(({ h, c }) => (c ? [h, c] : [h]))]
      return ['backward', sequence, ...values.map((value) => this.matrix(value))].join(' ')
    })
  }

  #resident(matrix: ResidentMatrix): string {
    return this.#once(matrix, () => {
      this.residents.push(matrix)
      return `resident ${matrix.rows}x${matrix.columns}x${matrix.channels}`
    })
  }

  #once(node: object, describe: () => string): string {
    const known = this.#names.get(node)
    if (known !== undefined) return known
    const text = describe()
    const name = `#${this.texts.push(text) - 1}`
    this.#names.set(node, name)
    return name
  }
}
