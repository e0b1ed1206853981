import { Generator, manualSeed, multinomial, rand, randint, randn, randperm, tensor } from '@unroll/torch'

manualSeed(42)
console.log(rand(3))
console.log(randn(3))
console.log(randint(0, 10, [5]))
console.log(randperm(5))
console.log(multinomial(tensor([0.1, 0.2, 0.7]), 2))

const generator = new Generator().manualSeed(7)
console.log(rand(2, { generator }))
