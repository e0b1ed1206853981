// A worker of Node that gets a model's state dict.
import { parentPort, workerData } from 'node:worker_threads'
import { LSTM } from '@unroll/sequence'
import { ones } from '@unroll/tensor'

const [output] = LSTM.fromStateDict(workerData).forward(ones([5, 3]))
parentPort.postMessage([...output.data])
