import { Adam, crossEntropy, Linear, LSTM, ones, tensor, zeros } from '@unroll/torch'

function tell(body: () => unknown): void {
  try {
    body()
  } catch (error) {
    console.log(String(error))
  }
}

const linear = new Linear(2, 2)
const output = linear.forward(ones(3, 2))
tell(() => output.backward())
tell(() => ones(3).sum().backward())

const w = tensor([1, 2], { requiresGrad: true })
const loss = w.mul(w).sum()
loss.backward()
tell(() => loss.backward())

const y = w.exp()
y.add_(1)
tell(() => y.sum().backward())

const lstm = new LSTM(2, 3)
const [first, state] = lstm.forward(ones(4, 1, 2))
first.sum().backward()
const [second] = lstm.forward(ones(4, 1, 2), state)
tell(() => second.sum().backward())

tell(() => crossEntropy(zeros(2, 3), tensor([0, 1])))
tell(() => crossEntropy(zeros(2, 3), tensor([0n, 3n])))
tell(() => new Adam([]))
tell(() => new Adam([w.mul(2)]))
