/** What {@link ./openPage.node.test.ts} calls. */
export function add(a: number, b: number): number {
  return a + b
}

export function fail(): never {
  throw new RangeError('expected more')
}

export function isolated(): boolean {
  return crossOriginIsolated
}

export async function file(name: string): Promise<string> {
  const response = await fetch(`/files/here/${name}`)
  return response.ok ? response.text() : `status ${response.status}`
}

export function count(): void {
  for (const n of [1, 2, 3]) Reflect.get(globalThis, 'tell')(n, n * n)
}

/** Never answers. */
export function leave(): Promise<never> {
  location.href = 'about:blank'
  return new Promise(() => {})
}
