// Sorting does not define which of equal keys comes first, but random draws depend on it. So this does step by step what PyTorch's
// topk does with GCC's standard library: a heap for few keys, else quickselect and then quicksort. Both take the median of three as
// pivot, and insertion for the last few.

import type { TypedArray } from '../dtype.ts'

/** Whether the key at one position comes before that at another. */
type Precedes = (a: number, b: number) => boolean

/** Positions of the `count` largest of `keys`, the largest first. */
export function largestPositions(keys: TypedArray, count: number): Int32Array {
  return firstPositions(keys.length, count, largestFirst(keys), true)
}

/** The largest first, and NaN before them. */
export function largestFirst(keys: TypedArray): Precedes {
  return (a, b) => {
    const [x, y] = [keys[a] ?? 0, keys[b] ?? 0]
    return x > y || (Number.isNaN(x) && !Number.isNaN(y))
  }
}

/** The smallest first, and NaN behind them. */
export function smallestFirst(keys: TypedArray): Precedes {
  return (a, b) => {
    const [x, y] = [keys[a] ?? 0, keys[b] ?? 0]
    return x < y || (Number.isNaN(y) && !Number.isNaN(x))
  }
}

/** The `count` of `length` positions that come before all others, in order if `sorted`. */
export function firstPositions(
  length: number,
  count: number,
  precedes: Precedes,
  sorted: boolean,
): Int32Array {
  const order = new Order(length, precedes)
  if (count * heapShare <= length) order.sortWithHeap(0, count, length)
  else if (count > 0) {
    order.selectAt(count - 1)
    if (sorted) {
      order.sort(0, count - 1, depthLimit(count - 1))
      order.insert(0, count - 1)
    }
  }
  return order.positions.subarray(0, count)
}

const heapShare = 64
/** Parts up to this size are left to the insertion at the end. */
const insertionSize = 16
const selectionSize = 3

/** Positions in an order that becomes the one asked for. Ranges leave out their `end`. */
class Order {
  readonly positions: Int32Array
  private readonly precedes: Precedes

  constructor(length: number, precedes: Precedes) {
    this.precedes = precedes
    this.positions = Int32Array.from({ length }, (_, position) => position)
  }

  /** Puts the right position at `nth`, and before it only those that do not come after it. */
  selectAt(nth: number): void {
    let [first, last, depth] = [0, this.positions.length, depthLimit(this.positions.length)]
    while (last - first > selectionSize) {
      if (depth-- === 0) {
        this.heapSelect(first, nth + 1, last)
        this.swap(first, nth)
        return
      }
      const cut = this.partition(first, last)
      if (cut <= nth) first = cut
      else last = cut
    }
    this.insert(first, last)
  }

  /** Sorts roughly; {@link insert} does the rest at the end. */
  sort(first: number, end: number, depth: number): void {
    let [last, left] = [end, depth]
    while (last - first > insertionSize) {
      if (left-- === 0) {
        this.sortWithHeap(first, last, last)
        return
      }
      const cut = this.partition(first, last)
      this.sort(cut, last, left)
      last = cut
    }
  }

  /** Moves each position before those in front of it that it precedes. */
  insert(first: number, last: number): void {
    for (let i = first + 1; i < last; i++) {
      const position = this.at(i)
      let hole = i
      for (; hole > first && this.precedes(position, this.at(hole - 1)); hole--)
        this.positions[hole] = this.at(hole - 1)
      this.positions[hole] = position
    }
  }

  /** Puts the first positions of the range before `middle`, in order. */
  sortWithHeap(first: number, middle: number, last: number): void {
    this.heapSelect(first, middle, last)
    for (let end = middle - 1; end > first; end--) this.exchangeRoot(first, end, end)
  }

  /** Puts the first positions of the range before `middle`, as a heap whose root is the last of them. */
  private heapSelect(first: number, middle: number, last: number): void {
    const length = middle - first
    for (let parent = (length - 2) >> 1; parent >= 0; parent--)
      this.sink(first, parent, length, this.at(first + parent))
    for (let i = middle; i < last; i++)
      if (this.precedes(this.at(i), this.at(first))) this.exchangeRoot(first, middle, i)
  }

  /** Moves the root of the heap to `place`, and what was there into the heap. */
  private exchangeRoot(first: number, end: number, place: number): void {
    const position = this.at(place)
    this.positions[place] = this.at(first)
    this.sink(first, 0, end - first, position)
  }

  /** Fills the hole with children down to a leaf, then lets `position` rise from there. */
  private sink(first: number, top: number, length: number, position: number): void {
    let hole = top
    for (let child = 2 * hole + 2; child <= length; child = 2 * hole + 2) {
      if (child === length || this.precedes(this.at(first + child), this.at(first + child - 1))) child--
      this.positions[first + hole] = this.at(first + child)
      hole = child
    }
    for (let parent = (hole - 1) >> 1; hole > top; parent = (hole - 1) >> 1) {
      if (!this.precedes(this.at(first + parent), position)) break
      this.positions[first + hole] = this.at(first + parent)
      hole = parent
    }
    this.positions[first + hole] = position
  }

  /** Splits around the median of three; gives where the second part begins. */
  private partition(first: number, last: number): number {
    this.medianToFirst(first, first + 1, first + ((last - first) >> 1), last - 1)
    let [left, right] = [first + 1, last]
    while (true) {
      while (this.isBefore(left, first)) left++
      right--
      while (this.isBefore(first, right)) right--
      if (left >= right) return left
      this.swap(left, right)
      left++
    }
  }

  private medianToFirst(first: number, a: number, b: number, c: number): void {
    const [low, high] = this.isBefore(a, b) ? [a, b] : [b, a]
    if (this.isBefore(high, c)) this.swap(first, high)
    else this.swap(first, this.isBefore(low, c) ? c : low)
  }

  private at(index: number): number {
    return this.positions[index] ?? 0
  }

  private isBefore(a: number, b: number): boolean {
    return this.precedes(this.at(a), this.at(b))
  }

  private swap(a: number, b: number): void {
    const position = this.at(a)
    this.positions[a] = this.at(b)
    this.positions[b] = position
  }
}

/** After this many splits a range is too uneven for quicksort: twice its logarithm. */
function depthLimit(length: number): number {
  return 2 * (31 - Math.clz32(length))
}
