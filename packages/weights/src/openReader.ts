import { detectFormat } from './detectFormat.ts'
import { CorruptCheckpointError, UnsupportedFormatError } from './errors.ts'
import { isNpz, openNpy, openNpz } from './numpy/npz.ts'
import { openRecord } from './openRecord.ts'
import type { Reader } from './reader.ts'
import { openSafetensors } from './safetensors/safetensors.ts'
import { type OpenShard, openSharded } from './safetensors/sharded.ts'
import type { Source } from './source/source.ts'
import { openBarePickle } from './torch/barePickle.ts'
import type { TorchCheckpoint } from './torch/checkpoint.ts'
import { readEmbedded } from './torch/embedded.ts'
import { exportedStateDict, exportRoot, openExportArchive } from './torch/exportArchive.ts'
import { openLegacyCheckpoint } from './torch/legacyCheckpoint.ts'
import { openTarCheckpoint } from './torch/tarCheckpoint.ts'
import { TorchReader } from './torch/torchReader.ts'
import { isTorchScript, openTorchScript } from './torch/torchScript.ts'
import { isTorchArchive, openTorchArchive, openZipCheckpoint } from './torch/zipCheckpoint.ts'
import { ZipArchive } from './zip/zipArchive.ts'

/** How to open the files beside a file, or the records in it. */
export interface Surroundings {
  /** Opens a file that an index names; null if this file must not be an index itself. */
  readonly openShard: OpenShard | null
  /** Which record of an archive to read; null if this file must not be an archive of checkpoints itself. */
  readonly record: string | undefined | null
}

/** For a shard of an index, or a record of an archive: it can be neither an index nor an archive of checkpoints. */
const alone: Surroundings = { openShard: null, record: null }

/** Detects the format, and reads the descriptions of the tensors but not their data. */
export async function openReader(source: Source, { openShard, record }: Surroundings): Promise<Reader> {
  const format = await detectFormat(source)
  if (format === 'zip') return openArchive(await ZipArchive.open(source), record)
  checkUnused(source, record)
  switch (format) {
    case 'legacy':
      return torchReader(source, await openLegacyCheckpoint(source))
    case 'tar':
      return torchReader(source, await openTarCheckpoint(source))
    case 'pickle':
      return torchReader(source, await openBarePickle(source))
    case 'safetensors':
      return openSafetensors(source)
    case 'npy':
      return openNpy(source)
    case 'index':
      if (openShard !== null) return openSharded(source, openShard, (shard) => openReader(shard, alone))
      throw new CorruptCheckpointError('is an index, where a checkpoint is expected', { file: source.name })
  }
}

async function openArchive(archive: ZipArchive, record: string | undefined | null): Promise<Reader> {
  const { source } = archive
  const exported = exportRoot(archive)
  const isCheckpoint = isNpz(archive) || isTorchArchive(archive) || exported !== null
  if (isCheckpoint) checkUnused(source, record)
  if (isNpz(archive)) return openNpz(archive)
  if (isTorchArchive(archive)) {
    const opened = await openTorchArchive(archive)
    return isTorchScript(opened)
      ? openTorchScript(opened)
      : torchReader(source, await openZipCheckpoint(opened))
  }
  const inner = exported === null ? record : exportedStateDict(archive, exported)
  if (exported !== null && inner === null) return openExportArchive(archive, exported)
  if (inner !== null) return openReader(await openRecord(archive, inner), alone)
  throw new UnsupportedFormatError('is an archive of files, in an archive itself', { file: source.name })
}

async function torchReader(source: Source, checkpoint: TorchCheckpoint): Promise<Reader> {
  return new TorchReader({ ...checkpoint, embedded: await readEmbedded(source, checkpoint.pickle) })
}

function checkUnused({ name }: Source, record: string | undefined | null): void {
  if (record === undefined || record === null) return
  throw new UnsupportedFormatError('is a checkpoint itself; the option record is for archives of several', {
    file: name,
  })
}
