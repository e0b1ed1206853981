import type { BrowserContext, Locator, Page } from 'playwright'
import { expect } from 'vitest'

/** A page that a reader has open, and what has gone wrong there so far. */
export interface Visit {
  readonly page: Page
  readonly faults: readonly string[]
}

/** Opens a page; errors of its console, what is thrown, and requests to other hosts are its faults. */
export async function visit(context: BrowserContext, address: string): Promise<Visit> {
  const faults: string[] = []
  const page = await context.newPage()
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(`console: ${message.text()}`)
  })
  page.on('pageerror', (error) => faults.push(`thrown: ${error.message}`))
  page.on('request', (request) => {
    const { protocol, hostname } = new URL(request.url())
    if (/^http/.test(protocol) && hostname !== 'localhost') faults.push(`asks ${request.url()}`)
  })
  await page.goto(address, { waitUntil: 'load' })
  return { page, faults }
}

/** A live part of a page, once it is in sight and its script runs. */
export async function liveOf(page: Page, selector: string): Promise<Locator> {
  const live = page.locator(selector).first()
  await live.scrollIntoViewIfNeeded()
  await page.locator(`astro-island:not([ssr]) ${selector}`).first().waitFor()
  return live
}

/** Expects what an element says, as soon as it says it. */
export function says(locator: Locator): ReturnType<typeof expect.poll<string | null>> {
  return expect.poll(() => locator.textContent(), { timeout: 30_000 })
}

/** Expects an attribute of an element, as soon as it has it. */
export function attribute(locator: Locator, name: string): ReturnType<typeof expect.poll<string | null>> {
  return expect.poll(() => locator.getAttribute(name), { timeout: 30_000 })
}
