import { inspect, loadWeights } from '@unroll/torch'

// What Python would run as os.system('echo hello'), as a pickle.
const pickle = "cos\nsystem\n(S'echo hello'\ntR."
const file = new TextEncoder().encode(pickle)

try {
  await loadWeights(file)
} catch (error) {
  console.log(String(error))
}
const { safe, globals, values } = await inspect(file)
console.log('safe:', safe, [...values])
for (const { name, verdict, offset } of globals) console.log(verdict, name, 'at byte', offset)
