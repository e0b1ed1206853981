/**
 * Makes two builds of alike functions text for a module. The second is told as edits of the first: they differ in a few bytes of
 * many functions, and gzip, which looks no further back than 32 kB, finds too few of these alike.
 *
 * A frequent byte is a character of its own, so that gzip finds as much in the text as in the bytes. (Hexadecimal digits took 12 %
 * more, base64 half as much again.) Other bytes are a sign, one of two, and a character. Left out are characters that strings escape,
 * and `<`, which could end a script in a page. src/wasm/binary.ts reads the text.
 */

const characters = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).filter(
  (character) => !`'"\`\\$<`.includes(character),
)
const signs = characters.splice(-2)

/**
 * @param first a build in parts
 * @param second another in as many parts, each like its counterpart
 * @returns the text of `first` and of the edits; the characters, then the signs; which bytes have a character of their own
 */
export function embedBuilds(first, second) {
  const bytes = Buffer.concat(first)
  const edits = editsOf(first, second)
  const counts = new Array(256).fill(0)
  for (const byte of [...bytes, ...edits]) counts[byte]++
  const all = [...counts.keys()]
  const frequent = all.toSorted((a, b) => counts[b] - counts[a]).slice(0, characters.length)
  const rare = all.filter((byte) => !frequent.includes(byte))
  const textOf = (byte) => {
    const place = rare.indexOf(byte)
    if (place < 0) return characters[frequent.indexOf(byte)]
    return signs[Math.floor(place / characters.length)] + characters[place % characters.length]
  }
  const encode = (all) => Array.from(all, textOf).join('')
  return {
    characters: [...characters, ...signs].join(''),
    frequent,
    first: encode(bytes),
    edits: encode(edits),
  }
}

/** How many bytes to copy, to leave out and to add, and the bytes to add; again and again. */
function editsOf(first, second) {
  const edits = []
  let [copied, dropped, added] = [0, 0, []]
  const end = () => {
    if (dropped + added.length > 0)
      edits.push(...[copied, dropped, added.length].flatMap(numberBytes), ...added)
    ;[copied, dropped, added] = [0, 0, []]
  }
  for (const [index, from] of first.entries()) {
    for (const step of stepsBetween(from, second[index])) {
      if (step === 'copy' && dropped + added.length > 0) end()
      if (step === 'copy') copied++
      else if (step === 'drop') dropped++
      else added.push(step)
    }
  }
  end()
  return edits
}

/** The cheapest way from one sequence of bytes to another: each step copies a byte, drops one, or is a byte to add. */
function stepsBetween(from, to) {
  /** Bytes that an edit takes beside those that it adds. */
  const opening = 2
  const never = 60000
  const width = to.length + 1
  // The costs of the first i and j bytes, where the last step was a copy, or an edit.
  const copying = new Uint16Array((from.length + 1) * width).fill(never)
  const editing = new Uint16Array((from.length + 1) * width).fill(never)
  copying[0] = 0
  const cost = (at) => Math.min(copying[at] + opening, editing[at])
  for (let i = 0; i <= from.length; i++) {
    for (let j = 0; j <= to.length; j++) {
      const at = i * width + j
      const diagonal = at - width - 1
      if (i > 0 && j > 0 && from[i - 1] === to[j - 1])
        copying[at] = Math.min(copying[diagonal], editing[diagonal])
      if (i > 0) editing[at] = cost(at - width)
      if (j > 0) editing[at] = Math.min(editing[at], cost(at - 1) + 1)
    }
  }
  const steps = []
  let [i, j] = [from.length, to.length]
  let isCopy = copying[i * width + j] <= editing[i * width + j]
  while (i > 0 || j > 0) {
    const at = i * width + j
    let before
    if (isCopy) {
      steps.push('copy')
      before = at - width - 1
      isCopy = copying[before] <= editing[before]
      ;[i, j] = [i - 1, j - 1]
      continue
    }
    const drops = i > 0 && editing[at] === cost(at - width)
    before = drops ? at - width : at - 1
    steps.push(drops ? 'drop' : to[j - 1])
    if (drops) i--
    else j--
    isCopy = copying[before] + opening <= editing[before]
  }
  return steps.reverse()
}

/** A number below 128 as one byte, below 32768 as two: the second counts in 128s. */
function numberBytes(number) {
  if (number >= 256 * 128) throw new RangeError(`expected edits of less than 32768 bytes, got ${number}`)
  return number < 128 ? [number] : [(number & 127) | 128, number >>> 7]
}
