import { execFileSync, spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { PythonRandom } from '../src/training/pythonRandom.ts'

const python = process.env['PYTHON'] ?? 'python3'
const hasPython = spawnSync(python, ['-c', '']).status === 0

const cases = [
  [0, 1],
  [0, 10],
  [7, 1000],
  [1, 4096],
  [2 ** 31 + 7, 5000],
  [2 ** 32 - 1, 70_000],
] as const

const script = `
import json, random, sys
for seed, count in json.loads(sys.argv[1]):
    items = list(range(count))
    random.Random(seed).shuffle(items)
    print(json.dumps(items))
`

describe.skipIf(!hasPython)("Python's random.Random (skipped where there is no python3)", () => {
  it('shuffles as Python does', () => {
    const lines = execFileSync(python, ['-c', script, JSON.stringify(cases)], { encoding: 'utf8' })
      .trim()
      .split('\n')
    expect(lines).toHaveLength(cases.length)
    for (const [index, [seed, count]] of cases.entries()) {
      const items = Array.from({ length: count }, (_, item) => item)
      new PythonRandom(seed).shuffle(items)
      expect(items, `seed ${seed}`).toEqual(JSON.parse(lines[index] ?? ''))
    }
  })
})
