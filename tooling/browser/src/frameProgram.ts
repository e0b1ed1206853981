/** Runs in a page: opens other pages in a frame, and clicks and types there. openFrame.ts calls it. */

/** The page must react within this time, in ms. */
const patience = 60_000

let frame: HTMLIFrameElement | null = null
let faults: string[] = []

/** @param address the path of the page */
export async function open(address: string): Promise<void> {
  frame?.remove()
  faults = []
  const next = document.createElement('iframe')
  frame = next
  next.width = '1280'
  next.height = '900'
  next.src = address
  const loaded = new Promise((resolve) => next.addEventListener('load', resolve, { once: true }))
  document.documentElement.append(next)
  await loaded
  next.contentWindow?.addEventListener('error', ({ message }) => faults.push(`thrown: ${message}`))
  next.contentWindow?.addEventListener('unhandledrejection', ({ reason }) =>
    faults.push(`rejected: ${String(reason)}`),
  )
}

/** What went wrong in the page, and requests to other hosts. */
export function faultsOf(): string[] {
  const asked = frame?.contentWindow?.performance.getEntriesByType('resource') ?? []
  const others = asked.map(({ name }) => new URL(name)).filter(({ origin }) => origin !== location.origin)
  return [...faults, ...others.filter(({ protocol }) => protocol.startsWith('http')).map(String)]
}

/** Waits until the page has such an element. */
export async function waitFor(selector: string): Promise<void> {
  await find(selector)
}

export async function scrollTo(selector: string): Promise<void> {
  ;(await find(selector)).scrollIntoView({ block: 'start', behavior: 'instant' })
}

/** @param text how the text of the element begins; default: any */
export async function click(selector: string, text = ''): Promise<void> {
  Reflect.apply(HTMLElement.prototype.click, await find(selector, text), [])
}

export async function type(selector: string, text: string): Promise<void> {
  await set(selector, 'value', text, 'input')
}

/** Chooses an entry of a list by its value. */
export async function select(selector: string, value: string): Promise<void> {
  await set(selector, 'value', value, 'change')
}

/** Chooses a file with this name and these bytes, in base64. */
export async function choose(selector: string, name: string, base64: string): Promise<void> {
  const transfer = new DataTransfer()
  transfer.items.add(new File([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], name))
  await set(selector, 'files', transfer.files, 'change')
}

export async function press(selector: string, key: string): Promise<void> {
  ;(await find(selector)).dispatchEvent(
    new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }),
  )
}

/** Waits until the text of such an element matches the pattern, and returns that text. */
export async function says(selector: string, pattern: string): Promise<string> {
  const said = await until(() => textsOf(selector).find((text) => new RegExp(pattern).test(text)) ?? null)
  if (said !== null) return said
  throw new Error(`expected ${selector} to say ${pattern}, got: ${textsOf(selector).join(' | ')}`)
}

/** The texts of all such elements. */
export function textsOf(selector: string): string[] {
  return all(selector).map(({ textContent }) => textContent ?? '')
}

async function set(selector: string, property: string, value: unknown, event: string): Promise<void> {
  const field = await find(selector)
  Reflect.set(field, property, value)
  field.dispatchEvent(new Event(event, { bubbles: true }))
}

async function find(selector: string, text = ''): Promise<Element> {
  const element = await until(
    () => all(selector).find(({ textContent }) => textContent?.trim().startsWith(text)) ?? null,
  )
  if (element !== null) return element
  throw new Error(`expected ${selector}${text && ` that says ${text}`} in ${frame?.src}`)
}

function all(selector: string): Element[] {
  return [...(frame?.contentDocument?.querySelectorAll(selector) ?? [])]
}

/** Calls a function until its result is not null. Null when patience ends. */
async function until<T>(get: () => T | null): Promise<T | null> {
  const end = performance.now() + patience
  for (;;) {
    const got = get()
    if (got !== null || performance.now() > end) return got
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
