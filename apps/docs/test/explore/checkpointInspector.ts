import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Locator, Page } from 'playwright'
import { expect } from 'vitest'
import type { FailureKind } from '../../src/explore/checkpointInspector/messages.ts'
import { type Texts, textsOf } from '../../src/explore/checkpointInspector/texts.ts'
import { attribute, liveOf, says } from '../visit.ts'

const checkpoints = new URL('../../../../packages/weights/test/', import.meta.url)
const pathOf = (name: string): string => fileURLToPath(new URL(name, checkpoints))
const shards = ['shards.safetensors.index.json', 'shard-1-of-2.safetensors', 'shard-2-of-2.safetensors'].map(
  (name) => pathOf(`fixtures/${name}`),
)

/** Files that open: what is chosen, and how many tensors are in the state dict. */
const readable: readonly (readonly [paths: readonly string[], format: string, tensors: number])[] = [
  [[pathOf('cases/training_checkpoint.pt')], 'zip', 11],
  [[pathOf('fixtures/lstm.safetensors')], 'safetensors', 4],
  [[pathOf('fixtures/arrays.npz')], 'npz', 6],
  [[pathOf('fixtures/torchscript-rnns.pt')], 'torchscript', 18],
  [shards, 'safetensors-index', 6],
]

/** Files that do not, made of names and bytes, and what is said of them. */
const refused = (): readonly (readonly [name: string, bytes: Buffer, kind: FailureKind])[] => [
  ['notes.txt', Buffer.from('Dear diary, today I trained a model.\n'.repeat(40)), 'unsupported'],
  ['half.pt', readFileSync(pathOf('fixtures/checkpoint.pt')).subarray(0, 3000), 'corrupt'],
  ['half.safetensors', readFileSync(pathOf('fixtures/lstm.safetensors')).subarray(0, 500), 'corrupt'],
  ['empty.pt', Buffer.alloc(0), 'corrupt'],
]

/** Opens files of every kind, broken, hostile and large ones among them; the page reads on after each. */
export async function driveCheckpointInspector(page: Page, language: string): Promise<void> {
  const texts = textsOf(language)
  const live = await liveOf(page, '.inspector')
  await example(live, texts)
  const choose = live.locator('input[type="file"]')
  for (const [paths, format, tensors] of readable) {
    await choose.setInputFiles([...paths])
    await says(live.locator('.file-name')).toMatch(named(paths[0] ?? '', format))
    expect(await live.locator('.inspector-trees > .tree .leaf').count(), paths[0]).toBe(tensors)
  }
  for (const [name, buffer, kind] of refused()) {
    await choose.setInputFiles({ name, mimeType: 'application/octet-stream', buffer })
    await says(live.locator('.problem').first()).toContain(texts.failures[kind])
    await says(live.locator('.detail')).toContain(name)
  }
  await choose.setInputFiles(shards.slice(0, 2))
  await says(live.locator('.problem')).toContain(texts.failures.unreadable)
  await says(live.locator('.detail')).toContain('shard-2-of-2.safetensors')

  await hostile(live, texts)
  await choose.setInputFiles(pathOf('fixtures/complex64.pt'))
  await says(live.locator('.warnings')).toMatch(new RegExp(`${escaped(texts.leftOut)}.*complex64`))
  await drop(page, live, pathOf('fixtures/model.pth'))
  await says(live.locator('.file-name')).toMatch(named('model.pth', 'zip'))
  await large(live, texts)
  await example(live, texts)
}

function escaped(text: string): string {
  return text.replaceAll(/[()]/g, '\\$&')
}

function named(path: string, format: string): RegExp {
  return new RegExp(`^${path.split('/').at(-1)}[,，].*${format}$`)
}

/** The built-in file: its tree, one tensor's numbers, and a cell of its heat map by keys. */
async function example(live: Locator, texts: Texts): Promise<void> {
  await live.getByRole('button', { name: texts.example, exact: true }).click()
  await says(live.locator('.file-name')).toMatch(named('tagger.pt', 'zip'))
  await live.getByRole('button', { name: 'weight_ih_l0 (128, 24) float32, 12.0 KiB' }).click()
  await live.getByRole('img', { name: /^(Histogram|数值从)/ }).waitFor()
  expect(await live.locator('.weight-gates b').allTextContents()).toEqual(['i', 'f', 'g', 'o'])
  const heat = live.getByRole('group', { name: texts.heatLabel(128, 24) })
  await heat.press('ArrowDown')
  await heat.press('ArrowRight')
  await says(live.locator('figure output')).toContain(texts.cell('1', '1', ''))
  await says(live.locator('.code pre')).toContain("LSTM.fromStateDict(weights, { prefix: 'lstm.' })")
}

/** A pickle that would run a command: the built-in one, and a reader's. */
async function hostile(live: Locator, texts: Texts): Promise<void> {
  await live.getByRole('button', { name: texts.hostile }).click()
  await says(live.locator('.warnings')).toContain(texts.dangerous)
  await says(live.locator('.warnings')).toContain('os.system')
  await live.locator('input[type="file"]').setInputFiles({
    name: 'model.pkl',
    mimeType: 'application/octet-stream',
    buffer: Buffer.from("cbuiltins\neval\n(S'1'\ntR."),
  })
  await says(live.locator('.warnings')).toContain('builtins.eval')
  await says(live.locator('.warnings')).toContain(texts.dangerous)
}

/** Drags a file over the page and lets it go there. */
async function drop(page: Page, live: Locator, path: string): Promise<void> {
  const dataTransfer = await page.evaluateHandle(
    ({ name, base64 }) => {
      const transfer = new DataTransfer()
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
      transfer.items.add(new File([bytes], name))
      return transfer
    },
    { name: path.split('/').at(-1) ?? '', base64: readFileSync(path).toString('base64') },
  )
  const part = live.locator('.panel-part').last()
  await part.dispatchEvent('dragover', { dataTransfer })
  await attribute(live, 'data-over').toBe('true')
  await part.dispatchEvent('drop', { dataTransfer })
  await attribute(live, 'data-over').toBe('false')
}

/** Two gigabytes, which take no room on the disk: of zeros, and with one small and one large tensor. */
async function large(live: Locator, texts: Texts): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'unroll-large-'))
  const size = 2 * 2 ** 30
  try {
    const zeros = join(folder, 'zeros.pt')
    await sparse(zeros, '', size)
    await live.locator('input[type="file"]').setInputFiles(zeros)
    await says(live.locator('.problem').first()).toContain(texts.failures.unsupported)

    const header = JSON.stringify({
      small: { dtype: 'F32', shape: [2, 2], data_offsets: [0, 16] },
      large: { dtype: 'F32', shape: [2 ** 15, 2 ** 14], data_offsets: [16, 16 + size] },
    })
    const path = join(folder, 'large.safetensors')
    const length = Buffer.alloc(8)
    length.writeBigUInt64LE(BigInt(header.length))
    await sparse(path, `${length.toString('latin1')}${header}`, 8 + header.length + 16 + size)
    await live.locator('input[type="file"]').setInputFiles(path)
    await says(live.locator('.file-name')).toMatch(named(path, 'safetensors'))
    await live.getByRole('button', { name: /^large / }).click()
    await says(live.locator('.tensor .problem')).toBe(texts.large('2.00 GiB', '512 MiB'))
    await live.getByRole('button', { name: /^small / }).click()
    await says(live.locator('.statistics')).toContain(`${texts.statistics.zeros}4`)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** A file of a beginning and a length, zeros otherwise. */
async function sparse(path: string, beginning: string, byteLength: number): Promise<void> {
  const file = await open(path, 'w')
  await file.write(Buffer.from(beginning, 'latin1'))
  await file.truncate(byteLength)
  await file.close()
}
