/**
 * The default limits. Real checkpoints stay far below them; a file that exceeds one gets an error that names the limit. Every
 * reading function takes other limits, as `{ limits: { depth: 2000 } }`.
 *
 * Sizes claimed by a file are compared with its true length first, so that a small file cannot ask for much memory.
 */
export const limits = {
  /** Bytes of a zip central directory (64 MiB): over a million records of ordinary names. */
  zipDirectoryBytes: 67_108_864,
  /**
   * Inflated bytes per compressed byte. Weights shrink by a tenth, program text by ten; deflate itself ends at 1032.
   */
  inflateRatio: 200,
  /** Bytes that all deflated records of an archive may inflate to (2 GiB). PyTorch stores tensors, never deflates them. */
  inflatedBytes: 2_147_483_648,
  /** Bytes of a pickle (256 MiB). The tensors' bytes stand elsewhere: a model of 100,000 tensors pickles to about 20 MB. */
  pickleBytes: 268_435_456,
  /** Opcodes of a pickle. Each makes at most one value of about 100 bytes, so this bounds their memory. */
  pickleOpcodes: 8_000_000,
  /** Bytes of one pickled integer: 32,768 bits. More would be slow to print, and no tensor has such a size. */
  pickleIntegerBytes: 4096,
  /** Containers inside containers, and open MARKs. Python's own pickler gives up at about 1000. */
  depth: 1000,
  /** Dimensions of a tensor: PyTorch's own limit for most operations. */
  dimensions: 64,
  /**
   * Elements that a view may have beyond those of its storage, by strides of 0: 1 GiB when copied as float32. Reparametrized
   * weights may take as many bytes beyond the storages they are computed from.
   */
  expandedElements: 268_435_456,
  /** Entries of nested dicts that {@link loadWeights} walks through in search of tensors. */
  stateDictEntries: 1_000_000,
  /**
   * Characters of all names of a state dict together, since the keys of nested dicts are repeated in the name of each tensor below
   * them. Enough for 100,000 tensors with names of 1000 characters.
   */
  nameCharacters: 100_000_000,
  /** Bytes of a safetensors header: the format's own limit. */
  safetensorsHeaderBytes: 100_000_000,
  /** Bytes of the index.json of a sharded checkpoint (64 MiB): some 500,000 tensors. */
  indexBytes: 67_108_864,
  /** Bytes of the header of an .npy file: NumPy's own limit for headers it evaluates. */
  npyHeaderBytes: 10_000,
  /** Members of a tar archive; PyTorch 0.1 wrote four, each with a header or two. */
  tarMembers: 64,
  /** Bytes of the program text of a TorchScript class (16 MiB), read to tell parameters from buffers. */
  codeBytes: 16_777_216,
} as const

/** Other values for {@link limits}. */
export type Limits = { readonly [Name in keyof typeof limits]: number }
