/**
 * Runs a snippet in a page, and checks the values that its comments show.
 * @param folder where it finds files
 * @returns what it prints, a line for each call: texts, numbers and tensors
 */
export async function run(url: string, folder: string): Promise<string> {
  const check = (got: unknown, want: unknown): void => {
    const [a, b] = [JSON.stringify(got), JSON.stringify(want)]
    if (a !== b) throw new Error(`expected ${b}, got ${a}`)
  }
  Object.assign(globalThis, { check })
  const base = document.head.appendChild(document.createElement('base'))
  base.href = folder
  const { log } = console
  let printed = ''
  console.log = (...values: readonly unknown[]) => {
    printed += `${values.map(String).join(' ')}\n`
  }
  try {
    await import(url)
  } finally {
    console.log = log
    base.remove()
  }
  return printed
}
