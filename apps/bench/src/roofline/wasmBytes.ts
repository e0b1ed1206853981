/** The first bytes of a WebAssembly module: its name and version. */
export const wasmStart: readonly number[] = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0]

/** A name of an import or export. */
export function named(text: string): number[] {
  return sized([...new TextEncoder().encode(text)])
}

export function section(id: number, content: readonly number[]): number[] {
  return [id, ...sized(content)]
}

/** The content with its length in front, as LEB128 in two bytes. */
export function sized(content: readonly number[]): number[] {
  return [(content.length & 0x7f) | 0x80, content.length >> 7, ...content]
}
