import { DataLoader, paced } from '@unroll/torch'

const stop = new AbortController() // in a page: button.onclick = () => stop.abort()
const loader = new DataLoader([1, 2, 3, 4, 5, 6, 7, 8], { batchSize: 2 })
try {
  for await (const batch of paced(loader, { signal: stop.signal })) {
    console.log(batch)
    if (batch.sum().item() > 6) stop.abort()
  }
} catch (error) {
  if (error !== stop.signal.reason) throw error
  console.log(`stopped after ${loader.stateDict().get('position')} batches`)
}
