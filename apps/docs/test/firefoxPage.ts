/** Runs in a page of Firefox: opens pages of the site in a frame, and does there what a reader does. */

/** Milliseconds in which a page has to say something. */
const patience = 30_000

let frame: HTMLIFrameElement | null = null
let faults: string[] = []

/** @param address from the root of the host */
export async function open(address: string): Promise<void> {
  frame?.remove()
  faults = []
  const next = document.createElement('iframe')
  frame = next
  next.width = '1200'
  next.height = '700'
  next.src = address
  const loaded = new Promise((resolve) => next.addEventListener('load', resolve, { once: true }))
  document.documentElement.append(next)
  await loaded
  next.contentWindow?.addEventListener('error', ({ message }) => faults.push(`thrown: ${message}`))
  next.contentWindow?.addEventListener('unhandledrejection', ({ reason }) =>
    faults.push(`rejected: ${String(reason)}`),
  )
}

/** What went wrong in the page, and the hosts that it asked. */
export function faultsOf(): string[] {
  const asked = frame?.contentWindow?.performance.getEntriesByType('resource') ?? []
  const others = asked.map(({ name }) => new URL(name)).filter(({ origin }) => origin !== location.origin)
  return [...faults, ...others.filter(({ protocol }) => protocol.startsWith('http')).map(String)]
}

/** Scrolls to a live part and waits until its script runs. */
export async function liven(selector: string): Promise<void> {
  const part = await find(selector)
  part.scrollIntoView({ block: 'start', behavior: 'instant' })
  await find(`astro-island:not([ssr]) ${selector}`)
}

export async function click(selector: string): Promise<void> {
  const element = await find(selector)
  Reflect.apply(HTMLElement.prototype.click, element, [])
}

export async function type(selector: string, text: string): Promise<void> {
  const field = await find(selector)
  Reflect.set(field, 'value', text)
  field.dispatchEvent(new Event('input', { bubbles: true }))
}

export async function press(selector: string, key: string): Promise<void> {
  ;(await find(selector)).dispatchEvent(
    new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }),
  )
}

/** Chooses a file of a name and of bytes in base64. */
export async function choose(selector: string, name: string, base64: string): Promise<void> {
  const field = await find(selector)
  const transfer = new DataTransfer()
  transfer.items.add(new File([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], name))
  Reflect.set(field, 'files', transfer.files)
  field.dispatchEvent(new Event('change', { bubbles: true }))
}

/** Waits until an element says what a pattern matches, and gives what it says. */
export async function says(selector: string, pattern: string): Promise<string> {
  const text = (): string => frame?.contentDocument?.querySelector(selector)?.textContent ?? ''
  const isSaid = await until(() => (new RegExp(pattern).test(text()) ? true : null))
  if (isSaid) return text()
  throw new Error(`expected ${selector} to say ${pattern}, got: ${text()}`)
}

async function find(selector: string): Promise<Element> {
  const element = await until(() => frame?.contentDocument?.querySelector(selector) ?? null)
  if (element) return element
  throw new Error(`expected ${selector} in ${frame?.src}`)
}

/** What a function gives as soon as that is not null; null when patience ends. */
async function until<T>(get: () => T | null): Promise<T | null> {
  const end = performance.now() + patience
  for (;;) {
    const got = get()
    if (got !== null || performance.now() > end) return got
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
