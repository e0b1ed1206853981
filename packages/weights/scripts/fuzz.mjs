// Feeds mutated checkpoints to every reader: each must give a result or a CheckpointError, soon, within bounded
// memory, and the same numbers whichever way they are read.
//
//   node scripts/fuzz.mjs [--seconds 60] [--count N] [--seed N] [--save]
//
// Seeds are the files of test/fixtures, test/variants, test/cases and test/corpus. An input with a new outcome joins the pool, and
// with --save also test/corpus, if it is small. Runs repeat exactly for the same seed and count.
// Needs Node 22.18 or newer, which reads TypeScript.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { seededBits } from '@unroll/testing'
import { CheckpointError, inspect, load, loadWeights, open } from '../src/index.ts'
import { openBytes } from '../src/source/memorySource.ts'
import { ReadContext } from '../src/source/readContext.ts'
import { Source } from '../src/source/source.ts'
import { writeZip } from '../src/write/writeZip.ts'
import { ZipArchive } from '../src/zip/zipArchive.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    count: { type: 'string', default: 'Infinity' },
    seed: { type: 'string', default: '1' },
    save: { type: 'boolean', default: false },
  },
})
const [seconds, count, seed] = [Number(values.seconds), Number(values.count), Number(values.seed)]

/** Longer than any input may take, by far: the largest seeds take milliseconds. */
const slowMs = 2000
/** Memory the process may have: the limits allow no small file to ask for more. */
const memoryBytes = 2 ** 31
/** Larger seeds would only slow the search down. */
const seedBytes = 34_000
/** Inputs that are kept in test/corpus. */
const savedBytes = 1500
const savedFiles = 64

/** Opcodes and signatures. */
const interesting = [
  ...'(.0123)}]utasebcRQNKMJXILFSVldgp\n\x80\x81\x85\x86\x87\x88\x89\x8a\x8b\x8c\x93\x94\x95',
  ...'PK',
].map((char) => char.charCodeAt(0))

// Nearly every input has something that is left out, and warned of.
console.warn = () => undefined

const random = seededBits(seed)
const corpus = new URL('../test/corpus/', import.meta.url)
const pool = await seeds()
const seedCount = pool.length
const outcomes = new Map()
let [inputs, loaded, saved] = [0, 0, 0]

const beat = watchdog()
const started = performance.now()
while (inputs < count && performance.now() - started < seconds * 1000) {
  // Half of the inputs come from seeds: mutants of mutants mostly break early.
  const bytes = mutate(pool[random() % (random() % 2 === 0 ? seedCount : pool.length)])
  const before = performance.now()
  const outcome = await run(bytes)
  const took = performance.now() - before
  Atomics.add(beat, 0, 1)
  inputs++
  if (took > slowMs) fail(bytes, `took ${took.toFixed(0)} ms`)
  if (inputs % 1000 === 0 && process.memoryUsage().rss > memoryBytes) fail(bytes, 'uses too much memory')
  if (!outcomes.has(outcome)) {
    if (bytes.length <= seedBytes) pool.push(await parse(bytes))
    if (values.save && bytes.length <= savedBytes && saved < savedFiles) {
      writeFileSync(new URL(`${String(seed)}-${String(inputs)}.bin`, corpus), bytes)
      saved++
    }
  }
  outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
}
const time = ((performance.now() - started) / 1000).toFixed(0)
console.log(
  `fuzz: ${inputs} inputs in ${time} s (seed ${seed}), ${loaded} loaded, ${outcomes.size} different outcomes, ` +
    `pool of ${pool.length}${values.save ? `, ${saved} saved` : ''}; no crash, hang, over-allocation or wrong number`,
)
process.exit(0)

/** Reads an input in every way; gives the kind of outcome. */
async function run(bytes) {
  const results = []
  for (const read of [load, loadWeights, inspect, below]) {
    try {
      results.push(await read(bytes))
    } catch (error) {
      const expected = error instanceof CheckpointError || (read === below && error instanceof RangeError)
      if (!expected) fail(bytes, `${read.name}: ${error?.stack ?? error}`)
      results.push(`${error.name} ${shapeOf(error.message)}`)
    }
  }
  const [, weights, inspection] = results
  if (weights instanceof Map) {
    loaded++
    await compare(bytes, weights)
  }
  if (inspection?.tensors && weights instanceof Map && inspection.refusals.loadWeights !== null) {
    fail(bytes, 'inspect says that loadWeights refuses what it reads')
  }
  return results.map((result) => (typeof result === 'string' ? result : kindOf(result))).join(' | ')
}

/** Reads a checkpoint of several parts with a prefix. Most files have no such prefix. */
function below(bytes) {
  return loadWeights(bytes, { prefix: 'model.' })
}

/** The tensors of loadWeights must equal those that the lazy reader picks from the storages byte by byte. */
async function compare(bytes, weights) {
  const checkpoint = await open(bytes)
  for (const [name, tensor] of weights) {
    if (tensor.numel > 10_000) continue
    const { data } = await checkpoint.raw(name)
    const same = checkpoint.tensors.get(name).dtype !== tensor.dtype || equal(data, tensor.data)
    if (!same) fail(bytes, `tensor ${name} is read differently by loadWeights and raw`)
  }
  await checkpoint.close()
}

/** Compares bits, except those of NaN: a copy through numbers may turn a signalling NaN into a quiet one. */
function equal(a, b) {
  return a.length === b.length && a.every((value, i) => Object.is(value, b[i]))
}

/** A message without the place, numbers and names of this one input. */
function shapeOf(message) {
  return message
    .replace(/^<bytes>.*?: /, '')
    .replace(/"(?:[^"\\]|\\.)*"/g, '""')
    .replace(/ starting with bytes.*/, '')
    .replace(/\b(names|calls|by|of|opcode|global) [^\s,:;]+/g, '$1')
    .replace(/\d[\d.e+]*/g, '0')
    .slice(0, 50)
}

function kindOf(result) {
  if (result instanceof Map) return `Map of ${Math.min(result.size, 5)}`
  if (result?.tensors) return `${result.format} ${result.safe} ${Math.min(result.tensors.size, 5)}`
  return Array.isArray(result) ? 'array' : typeof result
}

/** The seeds. Records of zip archives are seeds, too, so that a change does not always break a checksum. */
async function seeds() {
  const found = []
  const folders = ['fixtures', 'variants', 'cases', 'corpus'].map(
    (name) => new URL(`../test/${name}/`, import.meta.url),
  )
  for (const folder of folders) {
    for (const name of readdirSync(folder).sort()) {
      if (/^(expected|digests|tensorflowjs)\.json$|\.md$/.test(name)) continue
      const bytes = new Uint8Array(readFileSync(new URL(name, folder)))
      if (bytes.length <= seedBytes) found.push(await parse(bytes))
    }
  }
  return found
}

async function parse(bytes) {
  try {
    const archive = await ZipArchive.open(new Source(openBytes(bytes), new ReadContext()))
    const records = []
    for (const name of archive.entries.keys()) records.push({ name, data: await archive.read(name) })
    // biome-ignore lint/suspicious/noControlCharactersInRegex: only such names can be written.
    return records.every(({ name }) => /^[\x00-\x7f]*$/.test(name)) ? { bytes, records } : { bytes }
  } catch {
    return { bytes }
  }
}

/** Changes a file, or a record of a sound archive, three times out of four the pickle. */
function mutate({ bytes, records }) {
  if (records === undefined || records.length === 0 || random() % 4 === 0) return change(bytes)
  const pickles = records.filter(({ name }) => /\.(pkl|npy)$/.test(name))
  const from = pickles.length > 0 && random() % 4 !== 0 ? pickles : records
  const victim = from[random() % from.length]
  return writeZip(
    records.map((record) => (record === victim ? { name: record.name, data: change(record.data) } : record)),
  )
}

/** Makes one to four changes: to a byte, a run of bytes or a number, or by cutting, doubling or moving a part. */
function change(bytes) {
  let changed = bytes.slice()
  for (let left = 1 + (random() % 4); left > 0 && changed.length > 0; left--) {
    const at = random() % changed.length
    const length = 1 + (random() % Math.min(32, changed.length - at))
    switch (random() % 9) {
      case 0:
        changed[at] = random() & 0xff
        break
      case 1:
        changed[at] ^= 1 << (random() & 7)
        break
      case 2:
        changed[at] = [0, 1, 0x7f, 0x80, 0xff][random() % 5]
        break
      case 3:
        changed[at] = interesting[random() % interesting.length]
        break
      case 4:
        changed.fill(random() & 0xff, at, at + length)
        break
      case 5:
        changed.copyWithin(at, random() % changed.length, changed.length)
        break
      case 6:
        changed = splice(changed, at, length, new Uint8Array(0))
        break
      case 7:
        changed = splice(changed, at, 0, changed.slice(at, at + length))
        break
      default:
        changed = random() % 8 === 0 ? changed.slice(0, at) : splice(changed, at, 0, number())
    }
  }
  return changed
}

function splice(bytes, at, length, insert) {
  const spliced = new Uint8Array(bytes.length - length + insert.length)
  spliced.set(bytes.subarray(0, at))
  spliced.set(insert, at)
  spliced.set(bytes.subarray(at + length), at + insert.length)
  return spliced
}

/** A length or count at the edge of a range, in 1 to 8 bytes. */
function number() {
  const edges = [
    0n,
    1n,
    127n,
    255n,
    65535n,
    2n ** 31n - 1n,
    2n ** 31n,
    2n ** 32n - 1n,
    2n ** 53n,
    2n ** 63n,
    -1n,
  ]
  const view = new DataView(new ArrayBuffer(8))
  view.setBigUint64(0, BigInt.asUintN(64, edges[random() % edges.length]), true)
  return new Uint8Array(view.buffer).slice(0, 2 ** (random() % 4))
}

/** Ends the process if the count stops growing. A thread of its own does it, since this one would hang. */
function watchdog() {
  const beats = new Int32Array(new SharedArrayBuffer(4))
  const code = `
    const { workerData } = require('node:worker_threads')
    let last = -1
    setInterval(() => {
      if (workerData[0] === last) {
        console.error('fuzz: input ' + last + ' hangs; repeat with the same seed and --count')
        process.kill(process.pid)
      }
      last = workerData[0]
    }, 20000)`
  new Worker(code, { eval: true, workerData: beats }).unref()
  return beats
}

function fail(bytes, what) {
  const path = new URL(`../fuzz-failure-${seed}-${inputs}.bin`, import.meta.url)
  writeFileSync(path, bytes)
  console.error(`fuzz: input ${inputs} of seed ${seed} ${what}\nkept as ${path.pathname}`)
  process.exit(1)
}
