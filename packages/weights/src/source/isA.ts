/** Classes of the platform, by the tag that their instances have. */
interface Tagged {
  readonly ArrayBuffer: ArrayBuffer
  readonly URL: URL
  readonly Blob: Blob
  readonly File: File
  readonly Response: Response
  readonly Request: Request
}

/** `instanceof` for classes that may come from another realm, or be missing, as in an audio worklet. */
export function isA<Tag extends keyof Tagged>(value: unknown, tag: Tag): value is Tagged[Tag] {
  return tagOf(value) === tag
}

/** `Map`, `Array`, `ReadableStream`, ...: what the platform calls it. */
export function tagOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice('[object '.length, -1)
}
