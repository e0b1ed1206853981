/** Puts a run into the part of a link behind `#`, which no server sees. */
import { type BenchResult, parseResult } from '../result/resultFile.ts'

/** A link that was cut short, or changed. */
export class LinkError extends Error {
  override readonly name = 'LinkError'
}

/** The result as JSON, deflated, in base64 for addresses. What is only for plots of samples is left out. */
export async function toLink(result: BenchResult): Promise<string> {
  const cases = result.cases.map((each) => ({
    ...each,
    results: each.results.map(({ roundMs: _, ...kept }) => kept),
  }))
  const bytes = await through(new CompressionStream('deflate-raw'), encode({ ...result, cases }))
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/**
 * @throws LinkError if the text was cut short or changed
 * @throws ResultFileError if it holds something else
 */
export async function fromLink(text: string): Promise<BenchResult> {
  let json: string
  try {
    const packed = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) =>
      letter.charCodeAt(0),
    )
    json = new TextDecoder('utf-8', { fatal: true }).decode(
      await through(new DecompressionStream('deflate-raw'), packed),
    )
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new LinkError(`fromLink: expected a whole link to a result, got ${text.length} letters: ${why}`)
  }
  return parseResult(json)
}

function encode(value: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(value))
}

async function through(
  stream: CompressionStream | DecompressionStream,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const piped = new Blob([bytes]).stream().pipeThrough(stream)
  return new Uint8Array(await new Response(piped).arrayBuffer())
}
