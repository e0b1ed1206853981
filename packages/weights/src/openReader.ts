import { detectFormat } from './detectFormat.ts'
import { isNpz, openNpy, openNpz } from './numpy/npz.ts'
import type { Reader } from './reader.ts'
import { openSafetensors } from './safetensors/safetensors.ts'
import { type OpenShard, openSharded } from './safetensors/sharded.ts'
import type { Source } from './source/source.ts'
import { openLegacyCheckpoint } from './torch/legacyCheckpoint.ts'
import { openTarCheckpoint } from './torch/tarCheckpoint.ts'
import { TorchReader } from './torch/torchReader.ts'
import { isTorchScript, openTorchScript } from './torch/torchScript.ts'
import { openTorchArchive, openZipCheckpoint } from './torch/zipCheckpoint.ts'
import { ZipArchive } from './zip/zipArchive.ts'

/** Tells the format and reads what describes the tensors; of them nothing. */
export async function openReader(source: Source, openShard: OpenShard): Promise<Reader> {
  switch (await detectFormat(source)) {
    case 'zip':
      return openArchive(await ZipArchive.open(source))
    case 'legacy':
      return new TorchReader(await openLegacyCheckpoint(source))
    case 'tar':
      return new TorchReader(await openTarCheckpoint(source))
    case 'safetensors':
      return openSafetensors(source)
    case 'safetensors-index':
      return openSharded(source, openShard)
    case 'npy':
      return openNpy(source)
  }
}

async function openArchive(archive: ZipArchive): Promise<Reader> {
  if (isNpz(archive)) return openNpz(archive)
  const opened = await openTorchArchive(archive)
  return isTorchScript(opened) ? openTorchScript(opened) : new TorchReader(await openZipCheckpoint(opened))
}
