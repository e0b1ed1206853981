/** Code in the part of a link behind `#`: it stays in the browser. */

/** As text that a link may hold: UTF-8 in base64 for addresses. */
export function encodeCode(code: string): string {
  let text = ''
  for (const byte of new TextEncoder().encode(code)) text += String.fromCharCode(byte)
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** The code of such a text; null where it is none. */
export function decodeCode(text: string): string | null {
  try {
    const bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) =>
      letter.charCodeAt(0),
    )
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return null
  }
}
