import { describeValue } from '@unroll/kernels'
import { openReader } from './openReader.ts'
import type { Reader } from './reader.ts'
import { type CheckpointSource, openSource } from './source/openSource.ts'
import { ReadContext, type ReadOptions } from './source/readContext.ts'
import { type ResolveShard, shardBeside } from './source/shardSource.ts'
import type { Source } from './source/source.ts'

/** The options of every reading function. */
export interface LoadOptions extends ReadOptions {
  /**
   * For the index.json of a sharded checkpoint: returns the source of a file that it names. Default: the files beside the index,
   * which must be a path or URL.
   */
  readonly resolve?: ResolveShard | null | undefined
  /** The checkpoint to read from a zip archive of several: `policy.pth`. */
  readonly record?: string | null | undefined
}

/** Every option there is, for `optionsOf`. */
export const loadDefaults: LoadOptions = {
  signal: undefined,
  onProgress: undefined,
  limits: undefined,
  resolve: undefined,
  record: undefined,
}

/** A checkpoint and the files it is read from. */
export class OpenedCheckpoint {
  readonly reader: Reader
  readonly context: ReadContext
  /** The size of the file that was named. An index has others beside it. */
  readonly source: Source
  readonly #sources: readonly Source[]

  private constructor(reader: Reader, context: ReadContext, source: Source, sources: readonly Source[]) {
    this.reader = reader
    this.context = context
    this.source = source
    this.#sources = sources
  }

  static async open(
    who: string,
    source: CheckpointSource,
    options: LoadOptions = {},
  ): Promise<OpenedCheckpoint> {
    const { resolve, record } = options
    if (resolve && typeof resolve !== 'function') {
      throw new TypeError(`${who}: expected resolve to be a function, got ${describeValue(resolve)}`)
    }
    if (typeof (record ?? '') !== 'string') {
      throw new TypeError(`${who}: expected record to be text, got ${describeValue(record)}`)
    }
    const context = new ReadContext(options, who)
    const first = await openSource(who, source, context)
    const sources = [first]
    const openShard = async (name: string): Promise<Source> => {
      const found = await (resolve?.(name) ?? shardBeside(source, name, first.name))
      const shard = await openSource(who, found, context)
      sources.push(shard)
      return shard
    }
    try {
      return new OpenedCheckpoint(
        await openReader(first, { openShard, record: record ?? undefined }),
        context,
        first,
        sources,
      )
    } catch (error) {
      await closeAll(sources)
      throw error
    }
  }

  async close(): Promise<void> {
    await closeAll(this.#sources)
  }
}

/** Opens a checkpoint, hands it to `use`, and closes its files whatever happens. */
export async function withReader<T>(
  who: string,
  source: CheckpointSource,
  options: LoadOptions | undefined,
  use: (opened: OpenedCheckpoint) => T | Promise<T>,
): Promise<T> {
  const opened = await OpenedCheckpoint.open(who, source, options)
  try {
    return await use(opened)
  } finally {
    await opened.close()
  }
}

async function closeAll(sources: readonly Source[]): Promise<void> {
  for (const source of sources) await source.close()
}
