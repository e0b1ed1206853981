import { Dropout, Embedding, Linear, LSTM, Module, manualSeed, type Tensor, tensor } from '@unroll/torch'

class Classifier extends Module {
  embedding = new Embedding(50, 8, { paddingIdx: 0 })
  lstm = new LSTM(8, 16, { batchFirst: true, bidirectional: true })
  dropout = new Dropout(0.2)
  head = new Linear(32, 3)

  override forward(words: Tensor): Tensor {
    const [output] = this.lstm.forward(this.embedding.forward(words))
    return this.head.forward(this.dropout.forward(output.mean(1)))
  }
}

manualSeed(0)
const model = new Classifier().eval()
const scores = model.forward(tensor([[5n, 7n, 1n]]))
console.log(model)
console.log(scores.softmax(1))
