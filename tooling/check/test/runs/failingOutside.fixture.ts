import { it } from 'vitest'

it('passes before what it started fails', async () => {
  setTimeout(() => {
    throw new Error('nobody waited for this')
  })
  await new Promise((resolve) => setTimeout(resolve, 50))
})
