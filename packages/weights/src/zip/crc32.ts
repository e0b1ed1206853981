/** Bytes taken in one step. */
const lanes = 8

/** `tables[k * 256 + b]`: the checksum of byte b followed by k zero bytes. Made on first use, 8 kB. */
let tables: Uint32Array | null = null

/** CRC-32 as in zip (polynomial 0xedb88320, reflected), eight bytes a step. */
export function crc32(bytes: Uint8Array): number {
  tables ??= makeTables()
  const t = tables
  const at = (lane: number, byte: number): number => t[lane * 256 + (byte & 0xff)] ?? 0
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let crc = -1
  let i = 0
  for (; i + lanes <= bytes.length; i += lanes) {
    const low = crc ^ view.getInt32(i, true)
    const high = view.getInt32(i + 4, true)
    crc =
      at(7, low) ^
      at(6, low >>> 8) ^
      at(5, low >>> 16) ^
      at(4, low >>> 24) ^
      at(3, high) ^
      at(2, high >>> 8) ^
      at(1, high >>> 16) ^
      at(0, high >>> 24)
  }
  for (; i < bytes.length; i++) crc = (crc >>> 8) ^ at(0, crc ^ view.getUint8(i))
  return ~crc >>> 0
}

function makeTables(): Uint32Array {
  const made = new Uint32Array(lanes * 256)
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
    made[byte] = crc
  }
  for (let i = 256; i < made.length; i++) {
    const shorter = made[i - 256] ?? 0
    made[i] = (shorter >>> 8) ^ (made[shorter & 0xff] ?? 0)
  }
  return made
}
