/** The program in the browser: it opens a bundle's page, and waits for its result. */

export async function run(url: string): Promise<unknown> {
  const frame = document.createElement('iframe')
  frame.src = url
  document.body.append(frame)
  const errors: string[] = []
  for (let wait = 0; wait < triesPerPage; wait++) {
    const inner: (Window & { readonly result?: unknown }) | null = frame.contentWindow
    if (inner !== null) inner.onerror = (message) => void errors.push(String(message))
    if (inner?.result !== undefined) return inner.result
    if (errors.length > 0) break
    await new Promise((resolve) => setTimeout(resolve, pause))
  }
  throw new Error(`${url} gives no result${errors.length > 0 ? `: ${errors.join('; ')}` : ''}`)
}

/** Half a minute, in steps of 50 ms. */
const [triesPerPage, pause] = [600, 50]
