// node main.js [reference]; Deno and Bun run it, too.
import { loadWeights } from '@unroll/weights'
import { compute } from './program.js'

const [, , engine] = process.argv
const result = await compute({ engine })
const file = await loadWeights('lstm.pt')
result.values.file = [...file.get('weight_ih_l0').data]
console.log(JSON.stringify(result))
