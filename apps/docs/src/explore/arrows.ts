/** Where an arrow key leads, in rows and columns; null of other keys. */
export function arrowOf({ key }: KeyboardEvent): readonly [rows: number, columns: number] | null {
  return arrows[key] ?? null
}

const arrows: Readonly<Record<string, readonly [rows: number, columns: number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
}
